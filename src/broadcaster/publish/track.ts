// One rendition on the grid: numbered samples come in, fragments with their place go out, and a hole is filled.
import type { UtcMs } from "#base";
import type { Clock } from "#base/clock";
import {
  NON_SYNC_FLAGS,
  type SampleToWrite,
  segmentType,
  SYNC_FLAGS,
  writeFragment,
} from "#media/cmaf";
import { type Grid, type Position, positionOfIndex, utcOfTicks } from "#media/grid";
import { ntpOfUtc, prftMoments, type ProducerReferenceTimeBox } from "#media/isobmff";
import type { Sample } from "../encoder/run.ts";
import { Delays } from "./delays.ts";
import { FILL_LIMIT_PARTS } from "../limits.ts";
import { heldKeyFrame, silentFrame } from "./filler.ts";
import { TRACK_ID, type TrackDescription, writeHeader } from "./header.ts";

/** The arithmetic of a rendition. */
export interface TrackShape {
  readonly name: string;
  readonly kind: "video" | "audio";
  /** Ticks per second, and in one unit (a frame, an AAC frame). */
  readonly timescale: number;
  readonly unitTicks: number;
  readonly unitsPerPart: number;
}

/** A fragment and where it belongs. */
export interface Fragment {
  readonly position: Position;
  readonly bytes: Uint8Array;
  /** The segment's first fragment, and its last. */
  readonly first: boolean;
  readonly last: boolean;
}

/** When a part's bytes left the encoder. */
export interface PartTimes {
  readonly position: Position;
  readonly firstByte: UtcMs;
  readonly lastByte: UtcMs;
}

/** Told what a track makes. */
export interface TrackListener {
  header(bytes: Uint8Array): void;
  fragment(fragment: Fragment): void;
  /** A part that an encoder made, complete. Filled ones are not told: they have no way behind them. */
  part(times: PartTimes): void;
}

/** Counted since the start. */
export interface TrackCounters {
  /** Parts that hold filler, wholly or in part. */
  filled: number;
  /** Holes too long to fill, left open. */
  holes: number;
  /** Samples that came for a place already taken. */
  stray: number;
  bytes: number;
}

export class Track {
  readonly shape: TrackShape;
  readonly counters: TrackCounters = { filled: 0, holes: 0, stray: 0, bytes: 0 };
  /** From capture to the moment its bytes leave the encoder, ms, of each unit. */
  readonly delays = new Delays();
  readonly #grid: Grid;
  readonly #listener: TrackListener;
  readonly #clock: Clock;
  #next: number | null = null;
  #keyFrame: Uint8Array | null = null;
  #firstByte: UtcMs | null = null;
  #sequence = 0;

  constructor(shape: TrackShape, context: { grid: Grid; clock: Clock; listener: TrackListener }) {
    this.shape = shape;
    this.#grid = context.grid;
    this.#clock = context.clock;
    this.#listener = context.listener;
  }

  /** The part that is being made; null before the first. */
  get newest(): Position | null {
    return this.#next === null ? null : this.#position(this.#next);
  }

  /** Takes what the encoder says of itself. Every process says it again; equal ones give equal headers. */
  describe(description: TrackDescription): void {
    this.#listener.header(writeHeader(description));
  }

  /** Takes one sample of the encoder. Samples come in order from a segment's first on. */
  sample(sample: Sample): void {
    const now = this.#clock.utc();
    if (this.#next !== null && sample.index < this.#next) {
      this.counters.stray++;
      return;
    }
    if (this.#next !== null && sample.index > this.#next) this.#fill(sample.index);
    this.#next = sample.index;
    if (sample.sync && this.shape.kind === "video") this.#keyFrame = sample.bytes;
    const into = sample.index % this.shape.unitsPerPart;
    if (into === 0) this.#firstByte = now;
    const position = this.#position(sample.index);
    const { unitTicks, timescale } = this.shape;
    this.delays.add(now - utcOfTicks({ ticks: sample.index * unitTicks, timescale }));
    this.#emit([sampleOf(sample.bytes, unitTicks, sample.sync)], 1);
    if (into !== this.shape.unitsPerPart - 1 || this.#firstByte === null) return;
    this.#listener.part({ position, firstByte: this.#firstByte, lastByte: now });
  }

  /**
   * Fills, part by part, what should have been made by now. `now`: the newest unit that a camera has given. `givesFrom`:
   * the first unit that the encoder at work will give, or null when there is none.
   */
  keepUp(state: { now: number; givesFrom: number | null }): void {
    if (this.#next !== null && this.#tooLong(state.now)) this.#leaveOpen();
    while (this.#next !== null) {
      const partEnd = this.#partEnd(this.#next);
      const until = Math.min(partEnd, state.givesFrom ?? Infinity);
      if (this.#next >= until || state.now < until - 1) return;
      this.#fill(until);
    }
  }

  /** Fills all units before `until`, unless they are too many: then the hole stays open. */
  #fill(until: number): void {
    if (this.#tooLong(until) || (this.shape.kind === "video" && this.#keyFrame === null)) {
      return this.#leaveOpen();
    }
    while ((this.#next as number) < until) {
      const from = this.#next as number;
      const units = Math.min(this.#partEnd(from), until) - from;
      this.#firstByte = null;
      this.counters.filled++;
      this.#emit(this.#filler(units), units);
    }
  }

  #tooLong(until: number): boolean {
    return until - (this.#next as number) > FILL_LIMIT_PARTS * this.shape.unitsPerPart;
  }

  #leaveOpen(): void {
    this.counters.holes++;
    this.#next = null;
  }

  #filler(units: number): SampleToWrite[] {
    const { kind, unitTicks } = this.shape;
    if (kind === "video") {
      // One long sample: decoders show it once, and it costs one picture's bytes for the part.
      const bytes = heldKeyFrame(this.#keyFrame as Uint8Array);
      return [sampleOf(bytes, units * unitTicks, true)];
    }
    return Array.from({ length: units }, () => sampleOf(silentFrame, unitTicks, true));
  }

  /** Sends one fragment that begins at the next unit and covers `units`. */
  #emit(samples: readonly SampleToWrite[], units: number): void {
    const index = this.#next as number;
    const { unitTicks, unitsPerPart, timescale } = this.shape;
    const decodeTime = index * unitTicks;
    const position = this.#position(index);
    const startsPart = index % unitsPerPart === 0;
    const endsPart = (index + units) % unitsPerPart === 0;
    const first = startsPart && position.part === 0;
    const bytes = writeFragment({
      ...{ sequence: ++this.#sequence, trackId: TRACK_ID, decodeTime, samples },
      ...(first ? { styp: segmentType } : {}),
      ...(startsPart ? { prft: capturedAt(decodeTime, timescale) } : {}),
    });
    this.#next = index + units;
    this.counters.bytes += bytes.length;
    this.#listener.fragment({
      position,
      bytes,
      first,
      last: endsPart && position.part === this.#grid.partsPerSegment - 1,
    });
  }

  #position(index: number): Position {
    return positionOfIndex(this.#grid, Math.floor(index / this.shape.unitsPerPart));
  }

  #partEnd(index: number): number {
    const { unitsPerPart } = this.shape;
    return (Math.floor(index / unitsPerPart) + 1) * unitsPerPart;
  }
}

function sampleOf(bytes: Uint8Array, duration: number, sync: boolean): SampleToWrite {
  return { bytes, duration, compositionOffset: 0, flags: sync ? SYNC_FLAGS : NON_SYNC_FLAGS };
}

/** Media time is capture time: the grid's instant is when the picture was taken (ISO/IEC 14496-12 8.16.5). */
export function capturedAt(ticks: number, timescale: number): ProducerReferenceTimeBox {
  const ntp = ntpOfUtc(utcOfTicks({ ticks, timescale }));
  return {
    type: "prft",
    version: 1,
    flags: prftMoments.captured,
    trackId: TRACK_ID,
    ntp,
    mediaTime: ticks,
  };
}
