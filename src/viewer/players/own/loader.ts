// Loads one track, part after part: growing segments, or single parts where a segment is joined, was broken off, or is
// left for another rung.
import { concatBytes } from "#base";
import type { PageClock } from "../../page/clock.ts";
import { type Chunk, ChunkReader } from "./chunks.ts";
import {
  FAILURE_WAIT_MS,
  HEADERS_LIMIT,
  NOT_YET_LIMIT,
  NOT_YET_WAIT_MS,
  PARTS_ABREAST,
  TEXT_WAIT_MS,
} from "./limits.ts";
import {
  joinPoint,
  newestAt,
  nextSegment,
  partAt,
  type PartGrid,
  segmentOf,
  startOf,
} from "./partGrid.ts";
import type { Pathways } from "./pathways.ts";
import { type Location, mediaUrl, type Rung, type Track } from "./profile.ts";
import { type Body, type Wire, WireFault, type WireOptions } from "./wire.ts";

/** One part as it was delivered. Instants are monotonic ms. */
export interface Delivery {
  readonly part: number;
  readonly rung: Rung;
  readonly location: Location;
  readonly bytes: number;
  /** From its first byte to its last; of a part in a growing segment too, where the encoder sets the pace. */
  readonly tookMs: number;
  readonly cameAt: number;
  readonly growing: boolean;
}

/** What a loader works with and whom it tells. */
export interface LoaderParts {
  readonly grid: PartGrid;
  readonly track: Track;
  readonly wire: Wire;
  readonly pathways: Pathways;
  readonly clock: Pick<PageClock, "utc" | "monotonic" | "after">;
  /** The rung to load from here on; asked where it can be changed. */
  readonly rung: () => Rung;
  /** s on the media timeline. */
  readonly playhead: () => number;
  /** Whether there is room for what begins at `startS`. */
  readonly room: (startS: number) => boolean;
  /** A rung's header, before its first chunk; then chunks. Resolved when they are taken. */
  readonly header: (bytes: Uint8Array) => Promise<void>;
  readonly chunk: (chunk: Chunk) => Promise<void>;
  readonly delivered: (delivery: Delivery) => void;
  /** Parts that will not come. */
  readonly missing: (parts: number) => void;
  readonly failed: (location: Location, fault: WireFault) => void;
  /** What is next has left the origin's window. */
  readonly expired: () => void;
}

/** Between the present playhead and a part that is loaded a second time in another rung, s. */
const RELOAD_MARGIN_S = 0.3;
/** The end of a body follows its last part at once; it is waited for so long, ms, to keep the connection. */
const BODY_END_MS = 30;
/** While there is no room ahead it is looked for this often, ms. */
const ROOM_PERIOD_MS = 200;

export class Loader {
  readonly #parts: LoaderParts;
  readonly #headers = new Map<string, Promise<Uint8Array>>();
  #turn = new AbortController();
  #next = 0;
  #leaveAt = Number.POSITIVE_INFINITY;
  #rung: Rung | null = null;
  #appended: Rung | null = null;
  #location: Location | null = null;
  #askedAt = 0;
  #notYet = 0;
  #running = false;
  #closed = false;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
  }

  /** The next part to come. */
  get next(): number {
    return this.#next;
  }

  /** The rung that is loaded. */
  get rung(): Rung | null {
    return this.#rung;
  }

  /** Loads from `part` on, where decoding can begin; what is under way is left. */
  start(part: number): void {
    if (this.#closed) return;
    this.#next = part;
    this.#leaveAt = Number.POSITIVE_INFINITY;
    this.#rung = null;
    this.#turn.abort();
    if (!this.#running) void this.#run();
  }

  /** Takes another rung as soon as can be: again from the last place for decoding, or from the next one. */
  changeRung(): void {
    const { grid, playhead } = this.#parts;
    const back = joinPoint(grid, this.#next);
    if (this.#next > back && startOf(grid, back) < playhead() + RELOAD_MARGIN_S) {
      this.#leaveAt = back + grid.joinEvery;
      return;
    }
    this.#next = back;
    this.#turn.abort();
  }

  close(): void {
    this.#closed = true;
    this.#turn.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (!this.#closed) {
      const turn = new AbortController();
      this.#turn = turn;
      try {
        if (this.#parts.room(startOf(this.#parts.grid, this.#next))) await this.#load(turn.signal);
        else await this.#sleep(ROOM_PERIOD_MS, turn.signal);
      } catch (failure) {
        if (!turn.signal.aborted) await this.#failed(failure, turn.signal);
      } finally {
        // What was asked for side by side is not wanted any more.
        turn.abort();
      }
    }
  }

  /** Sound and text are so small that a segment is asked for whole, also within it; the picture only at its start. */
  #whole(at: number): boolean {
    return this.#parts.track.kind !== "video" || at % this.#parts.grid.perSegment === 0;
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { grid, pathways, clock } = this.#parts;
    const at = this.#next;
    if (joinPoint(grid, at) === at || !this.#rung) this.#rung = this.#parts.rung();
    this.#location = pathways.current(clock.monotonic());
    this.#askedAt = clock.monotonic();
    const patienceMs = pathways.patienceMs(this.#askedAt);
    const from = { rung: this.#rung, location: this.#location, signal, patienceMs };
    const header = this.#header(from);
    header.catch(() => undefined);
    if (this.#whole(at)) await this.#segment(from, header);
    else await this.#partByPart(from, header);
    this.#notYet = 0;
  }

  /** The segment that holds `next`, as it grows. */
  async #segment(from: From, header: Promise<Uint8Array>): Promise<void> {
    const { grid, wire, missing, track } = this.#parts;
    const end = nextSegment(grid, this.#next);
    const body = await wire.get(this.#url(from, this.#next, true), from);
    const reader = new ChunkReader();
    let [firstAt, bytes] = [0, 0];
    while (this.#next < Math.min(end, this.#leaveAt)) {
      const piece = await body.next();
      if (piece === null) break;
      const now = this.#parts.clock.monotonic();
      if (bytes === 0) firstAt = now;
      bytes += piece.length;
      for (const chunk of chunksOf(reader, piece)) {
        await this.#take({ chunk, end, header, from, tookMs: now - firstAt, growing: true });
        bytes = 0;
      }
    }
    if (this.#next >= this.#leaveAt) {
      this.#leaveAt = Number.POSITIVE_INFINITY;
      return;
    }
    if (reader.amid) throw new WireFault("broken", { why: "a segment ends within a chunk" });
    if (this.#next < end) {
      if (track.kind !== "text") missing(end - this.#next);
      this.#next = end;
    } else await Promise.race([bodyEnd(body), this.#sleep(BODY_END_MS, from.signal)]);
  }

  /** From `next` to the segment's end, each part by itself: those that are there side by side, then one after the other. */
  async #partByPart(from: From, header: Promise<Uint8Array>): Promise<void> {
    const { grid, clock } = this.#parts;
    const end = Math.min(nextSegment(grid, this.#next), this.#leaveAt);
    const asked = new Map<number, Promise<Timed>>();
    while (this.#next < end) {
      const first = this.#next;
      const there = Math.max(first, newestAt(grid, clock.utc()));
      for (let part = first; part < Math.min(end, first + PARTS_ABREAST, there + 1); part += 1) {
        if (asked.has(part)) continue;
        const whole = this.#part(from, part);
        whole.catch(() => undefined);
        asked.set(part, whole);
      }
      const { chunks, tookMs } = (await asked.get(first)) ?? { chunks: [], tookMs: 0 };
      for (const chunk of chunks)
        await this.#take({ chunk, end, header, from, tookMs, growing: false });
      this.#next = Math.max(this.#next, first + 1);
      this.#notYet = 0;
    }
    this.#leaveAt = Number.POSITIVE_INFINITY;
  }

  async #part(from: From, part: number): Promise<Timed> {
    const { wire, clock } = this.#parts;
    const body = await wire.get(this.#url(from, part, false), from);
    const reader = new ChunkReader();
    const chunks: Chunk[] = [];
    let firstAt: number | null = null;
    for (let piece = await body.next(); piece !== null; piece = await body.next()) {
      firstAt ??= clock.monotonic();
      chunks.push(...chunksOf(reader, piece));
    }
    if (reader.amid) throw new WireFault("broken", { why: "a part ends within a chunk" });
    return { chunks, tookMs: clock.monotonic() - (firstAt ?? clock.monotonic()) };
  }

  async #take(taken: Taken): Promise<void> {
    const { chunk, end, header, from, tookMs, growing } = taken;
    const { grid, track, clock, pathways, missing, delivered } = this.#parts;
    const part = partAt(grid, (chunk.decodeTime - track.offsetTicks) / track.timescale);
    if (part < end - grid.perSegment || part >= end)
      throw new WireFault("broken", { why: "a chunk lies outside its segment" });
    const bytes = await header;
    if (this.#appended !== from.rung) await this.#parts.header(bytes);
    this.#appended = from.rung;
    from.signal.throwIfAborted();
    pathways.delivered(from.location);
    // What has come before is not appended twice; a part that was passed over will not come.
    if (part < this.#next && track.kind !== "text") return;
    if (part > this.#next && track.kind !== "text") missing(part - this.#next);
    const { rung, location } = from;
    const cameAt = clock.monotonic();
    delivered({ part, rung, location, bytes: chunk.bytes.length, tookMs, cameAt, growing });
    this.#next = Math.max(this.#next, part + 1);
    await this.#parts.chunk(chunk);
  }

  #header(from: From): Promise<Uint8Array> {
    const { rung, location } = from;
    const known = this.#headers.get(rung.id);
    if (known) return known;
    const { wire } = this.#parts;
    const url = new URL(rung.header, location.url).href;
    const header = wire.get(url, from).then(wholeOf);
    this.#headers.set(rung.id, header);
    header.catch(() => this.#headers.delete(rung.id));
    const [oldest] = this.#headers.keys();
    if (this.#headers.size > HEADERS_LIMIT && oldest !== undefined) this.#headers.delete(oldest);
    return header;
  }

  async #failed(failure: unknown, signal: AbortSignal): Promise<void> {
    const { pathways, clock, grid, track, missing, failed, expired } = this.#parts;
    const fault =
      failure instanceof WireFault ? failure : new WireFault("broken", faultOf(failure));
    const what = fault.status === 404 ? (fault.code.split("/").at(-1) ?? "") : "";
    if (what === "gap") {
      const before = this.#next;
      this.#next = this.#whole(before) ? nextSegment(grid, before) : before + 1;
      return missing(this.#next - before);
    }
    if (track.kind === "text") {
      this.#next = Math.max(this.#next, nextSegment(grid, this.#next));
      return this.#sleep(TEXT_WAIT_MS, signal);
    }
    if (what === "expired") {
      expired();
      return this.#sleep(NOT_YET_WAIT_MS, signal);
    }
    if (what === "not-yet" && this.#notYet < NOT_YET_LIMIT) {
      this.#notYet += 1;
      return this.#sleep(NOT_YET_WAIT_MS, signal);
    }
    this.#notYet = 0;
    if (this.#location && pathways.failed(this.#location, this.#askedAt, clock.monotonic()))
      failed(this.#location, fault);
    await this.#sleep(FAILURE_WAIT_MS * pathways.failures, signal);
  }

  #url({ rung, location }: From, part: number, whole: boolean): string {
    const { grid, track } = this.#parts;
    const segment = segmentOf(grid, part);
    const number = track.firstNumber + segment;
    return mediaUrl(location, rung, {
      number,
      part: whole ? null : part - segment * grid.perSegment,
    });
  }

  #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.#parts.clock.after(delayMs, done);
      signal.addEventListener("abort", done, { once: true });
      if (signal.aborted) done();
    });
  }
}

/** Where something is asked for. */
interface From extends WireOptions {
  readonly rung: Rung;
  readonly location: Location;
}

interface Timed {
  readonly chunks: readonly Chunk[];
  readonly tookMs: number;
}

interface Taken {
  readonly chunk: Chunk;
  readonly end: number;
  readonly header: Promise<Uint8Array>;
  readonly from: From;
  readonly tookMs: number;
  readonly growing: boolean;
}

const faultOf = (failure: unknown): { why: string } => ({
  why: failure instanceof Error ? failure.message : String(failure),
});

function chunksOf(reader: ChunkReader, piece: Uint8Array): Chunk[] {
  try {
    return reader.push(piece);
  } catch (failure) {
    throw new WireFault("broken", faultOf(failure));
  }
}

async function wholeOf(body: Body): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let piece = await body.next(); piece !== null; piece = await body.next()) pieces.push(piece);
  return concatBytes(pieces);
}

async function bodyEnd(body: Body): Promise<void> {
  while ((await body.next()) !== null);
}
