// One rendition's window of parts, in order and without holes: what is missing is a gap.
import { invariant, type UtcMs } from "#base";
import { type Grid, partIndex, type Position, positionOfIndex, partStart } from "#media/grid";
import { silentPart } from "./chunk.ts";
import type { Part, Track } from "./part.ts";

const none: readonly Part[] = [];
const nothing = new Uint8Array(0);

/** A track without what is measured. */
export type TrackDescription = Omit<Track, "bandwidth" | "averageBandwidth" | "frameRate">;

export class Shelf {
  readonly #grid: Grid;
  readonly #windowSegments: number;
  readonly #segments = new Map<number, Part[]>();
  #track: Track;
  #next: number | null = null;
  #bytes = 0;

  constructor(description: TrackDescription, shape: { grid: Grid; windowSegments: number }) {
    this.#grid = shape.grid;
    this.#windowSegments = shape.windowSegments;
    this.#track = { ...description, bandwidth: 0, averageBandwidth: 0 };
  }

  get track(): Track {
    return this.#track;
  }

  /** Bytes of media held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The index of the part that comes next; null before the first. */
  get next(): number | null {
    return this.#next;
  }

  get newest(): Position | null {
    return this.#next === null ? null : positionOfIndex(this.#grid, this.#next - 1);
  }

  /** Segments in the window, the growing one included. */
  get segments(): number {
    return this.#segments.size;
  }

  get oldestSegment(): number | null {
    for (const segment of this.#segments.keys()) return segment;
    return null;
  }

  /** Whether any part in the window is an encoder's. */
  get live(): boolean {
    const parts = [...this.#segments.values()].flat();
    return parts.some((part) => !part.gap && !part.silent);
  }

  parts(segment: number): readonly Part[] {
    return this.#segments.get(segment) ?? none;
  }

  has(index: number): boolean {
    const { segment, part } = positionOfIndex(this.#grid, index);
    return this.parts(segment).length > part;
  }

  /** Takes a new description, for instance after a changed header; the measured rates stay. */
  describe(description: TrackDescription): void {
    const { bandwidth, averageBandwidth, frameRate } = this.#track;
    const measured = { bandwidth, averageBandwidth };
    this.#track = {
      ...description,
      ...measured,
      ...(frameRate === undefined ? {} : { frameRate }),
    };
  }

  /** The gaps, of text the silence, that must come before the part of this `index`; the window starts anew after a hole longer than itself. */
  gapsBefore(index: number, at: UtcMs): Part[] {
    const perSegment = this.#grid.partsPerSegment;
    const first = Math.floor(index / perSegment) * perSegment;
    if (this.#next === null) this.#next = first;
    const oldestUseful = first - this.#windowSegments * perSegment;
    if (this.#next < oldestUseful) {
      this.#segments.clear();
      this.#bytes = 0;
      this.#next = oldestUseful;
    }
    const gaps: Part[] = [];
    for (let missing = this.#next; missing < index; missing += 1) gaps.push(this.#gap(missing, at));
    return gaps;
  }

  #gap(index: number, at: UtcMs): Part {
    const grid = this.#grid;
    const position = positionOfIndex(grid, index);
    const { kind, timescale, trackId } = this.#track;
    if (kind === "text" && trackId !== undefined)
      return silentPart({ grid, position, timescale, trackId }, at);
    return {
      ...position,
      bytes: nothing,
      independent: false,
      gap: true,
      frames: 0,
      captureMs: partStart(this.#grid, position),
      firstByteAt: at,
      lastByteAt: at,
    };
  }

  /** Adds the part that comes next. Returns how many segments left the window, and whether the track was measured anew. */
  append(part: Part): { evicted: number; measured: boolean } {
    const index = partIndex(this.#grid, part);
    invariant(this.#next === null || this.#next === index, "parts are stored in order");
    this.#next = index + 1;
    const parts = this.#segments.get(part.segment);
    if (parts) parts.push(part);
    else this.#segments.set(part.segment, [part]);
    this.#bytes += part.bytes.length;
    let evicted = 0;
    for (const segment of this.#segments.keys()) {
      if (segment >= part.segment - this.#windowSegments) break;
      this.#drop(segment);
      evicted += 1;
    }
    return { evicted, measured: this.#measureAfter(part) };
  }

  /** Lets the oldest segment go. */
  evictOldest(): void {
    const oldest = this.oldestSegment;
    if (oldest !== null) this.#drop(oldest);
  }

  #drop(segment: number): void {
    for (const part of this.parts(segment)) this.#bytes -= part.bytes.length;
    this.#segments.delete(segment);
  }

  // Rates change only with whole segments, so that playlists made of them do not flicker; until the first one is whole
  // the parts so far are the best guess.
  #measureAfter(part: Part): boolean {
    const lastOfSegment = part.part === this.#grid.partsPerSegment - 1;
    if (part.gap || part.silent || (!lastOfSegment && this.#segments.size > 1)) return false;
    let peak = 0;
    let bytes = 0;
    let lasted = 0;
    let frames = 0;
    for (const parts of this.#segments.values()) {
      const media = parts.filter((one) => !one.gap);
      if (media.length === 0) continue;
      const size = media.reduce((sum, one) => sum + one.bytes.length, 0);
      const length = media.length * this.#grid.partMs;
      peak = Math.max(peak, (size * 8_000) / length);
      bytes += size;
      lasted += length;
      frames = Math.max(frames, ...media.map((one) => one.frames));
    }
    const rate =
      this.#track.kind === "video" ? { frameRate: (frames * 1_000) / this.#grid.partMs } : {};
    const averageBandwidth = Math.round((bytes * 8_000) / lasted);
    this.#track = { ...this.#track, ...rate, bandwidth: Math.round(peak), averageBandwidth };
    return true;
  }
}
