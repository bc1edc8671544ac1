// The one part store: what HLS and DASH are both answered from. Bounded in memory; nothing of it is ever on disk.
import { type Closable, type Ms, type UtcMs } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { type Grid, partIndex, type Position } from "#media/grid";
import { packagerErrors } from "./errors.ts";
import {
  LISTENERS_LIMIT,
  RENDITIONS_LIMIT,
  STORE_BYTES_LIMIT,
  WAITERS_LIMIT,
  WINDOW_MS,
} from "./limits.ts";
import type { Part, PartReader, Track } from "./part.ts";
import { Shelf, type TrackDescription } from "./shelf.ts";
import { Waiters } from "./waiters.ts";

/** What a store may grow to. Defaults are the limits of this room. */
export interface StoreLimits {
  /** Milliseconds of media kept, rounded up to whole segments. */
  readonly windowMs: number;
  readonly bytes: number;
  readonly renditions: number;
  readonly waiters: number;
}

export interface StoreOptions {
  readonly channel: string;
  readonly grid: Grid;
  readonly limits?: Partial<StoreLimits>;
}

/** Counters since the start, and the present size. */
export interface StoreCounters {
  parts: number;
  gaps: number;
  /** Parts of text that did not come: silence stands in their place. */
  silentParts: number;
  evictedSegments: number;
  waitersRefused: number;
  listenerFailures: number;
}

type PartListener = (rendition: string, part: Part) => void;

interface Rack {
  readonly shelf: Shelf;
  readonly waiters: Waiters;
}

/** Keeps a window of parts for each rendition of one channel. Ingest writes, everybody else reads. */
export class PartStore implements PartReader, Closable {
  readonly channel: string;
  readonly grid: Grid;
  readonly counters: StoreCounters = {
    parts: 0,
    gaps: 0,
    silentParts: 0,
    evictedSegments: 0,
    waitersRefused: 0,
    listenerFailures: 0,
  };
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: StoreLimits;
  readonly #racks = new Map<string, Rack>();
  readonly #listeners = new Set<PartListener>();
  #tracks: readonly Track[] | null = null;
  #closed = false;

  constructor(options: StoreOptions, context: { clock: Clock; log: Log }) {
    this.channel = options.channel;
    this.grid = options.grid;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#limits = {
      windowMs: WINDOW_MS,
      bytes: STORE_BYTES_LIMIT,
      renditions: RENDITIONS_LIMIT,
      waiters: WAITERS_LIMIT,
      ...options.limits,
    };
  }

  tracks(): readonly Track[] {
    this.#tracks ??= [...this.#racks.values()].map(({ shelf }) => shelf.track);
    return this.#tracks;
  }

  newest(rendition: string): Position | null {
    return this.#racks.get(rendition)?.shelf.newest ?? null;
  }

  oldestSegment(rendition: string): number | null {
    return this.#racks.get(rendition)?.shelf.oldestSegment ?? null;
  }

  parts(rendition: string, segment: number): readonly Part[] {
    return this.#racks.get(rendition)?.shelf.parts(segment) ?? [];
  }

  isComplete(rendition: string, segment: number): boolean {
    return this.parts(rendition, segment).length === this.grid.partsPerSegment;
  }

  /** Bytes of media held, all renditions. */
  get bytes(): number {
    let bytes = 0;
    for (const { shelf } of this.#racks.values()) bytes += shelf.bytes;
    return bytes;
  }

  /** Requests held, all renditions. */
  get waiting(): number {
    let waiting = 0;
    for (const { waiters } of this.#racks.values()) waiting += waiters.size;
    return waiting;
  }

  waitForPart(
    rendition: string,
    segment: number,
    part: number,
    deadline: Ms,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const rack = this.#racks.get(rendition);
    const index = partIndex(this.grid, { segment, part });
    const named = Number.isSafeInteger(index) && part >= 0 && part < this.grid.partsPerSegment;
    if (!rack || !named || this.#closed) return Promise.resolve(false);
    if (rack.shelf.has(index)) return Promise.resolve(true);
    if (rack.shelf.next !== null && index < rack.shelf.next) return Promise.resolve(false);
    if (this.waiting >= this.#limits.waiters) {
      this.counters.waitersRefused += 1;
      return Promise.resolve(false);
    }
    return rack.waiters.wait(index, deadline, signal);
  }

  onPart(listener: PartListener): () => void {
    if (this.#listeners.size >= LISTENERS_LIMIT)
      throw new Error("bug: listeners are not taken back");
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Adds a rendition, or replaces its description. @throws packager/too-many-renditions */
  describe(description: TrackDescription): void {
    const { rendition } = description;
    const rack = this.#racks.get(rendition);
    this.#tracks = null;
    if (rack) return rack.shelf.describe(description);
    if (this.#racks.size >= this.#limits.renditions) {
      const facts = { channel: this.channel, limit: this.#limits.renditions, rendition };
      throw packagerErrors.make("too-many-renditions", facts);
    }
    const windowSegments = Math.max(1, Math.ceil(this.#limits.windowMs / this.grid.segmentMs));
    const shelf = new Shelf(description, { grid: this.grid, windowSegments });
    this.#racks.set(rendition, { shelf, waiters: new Waiters(this.#clock) });
  }

  /** The description of a rendition; null when it has none. */
  track(rendition: string): Track | null {
    return this.#racks.get(rendition)?.shelf.track ?? null;
  }

  /** The index of the part that a rendition needs next; null before its first. */
  nextIndex(rendition: string): number | null {
    return this.#racks.get(rendition)?.shelf.next ?? null;
  }

  /** Whether the window holds any media of a rendition. */
  isLive(rendition: string): boolean {
    return this.#racks.get(rendition)?.shelf.live ?? false;
  }

  /** Stores a part and tells everybody; what is missing before it becomes gaps. It must not lie before the next part. */
  append(rendition: string, part: Part): void {
    const rack = this.#racks.get(rendition);
    if (!rack) throw new Error("bug: a part of a rendition without a track");
    this.declareGaps(rendition, partIndex(this.grid, part), part.lastByteAt);
    this.#put(rendition, rack, part);
  }

  /** Declares everything before part `index` a gap, of text silence, that is not there yet. Returns how many were declared. */
  declareGaps(rendition: string, index: number, at: UtcMs): number {
    const rack = this.#racks.get(rendition);
    if (!rack) return 0;
    const gaps = rack.shelf.gapsBefore(index, at);
    for (const gap of gaps) this.#put(rendition, rack, gap);
    return gaps.length;
  }

  #put(rendition: string, rack: Rack, part: Part): void {
    const { evicted, measured } = rack.shelf.append(part);
    this.counters.evictedSegments += evicted;
    if (part.gap) this.counters.gaps += 1;
    else if (part.silent) this.counters.silentParts += 1;
    else this.counters.parts += 1;
    if (measured) this.#tracks = null;
    this.#keepUnderLimit();
    for (const listener of this.#listeners) this.#tell(listener, rendition, part);
    rack.waiters.settleThrough(partIndex(this.grid, part), (index) => rack.shelf.has(index));
  }

  #tell(listener: PartListener, rendition: string, part: Part): void {
    try {
      listener(rendition, part);
    } catch (failure) {
      this.counters.listenerFailures += 1;
      this.#log.error(
        { err: failure, rendition, ...positionOf(part) },
        "a listener of parts failed",
      );
    }
  }

  // The segments that are growing stay: the bound is the limit and one segment a rendition.
  #keepUnderLimit(): void {
    while (this.bytes > this.#limits.bytes) {
      let longest: Shelf | null = null;
      for (const { shelf } of this.#racks.values()) {
        if (shelf.segments < 2) continue;
        if ((shelf.oldestSegment ?? Infinity) < (longest?.oldestSegment ?? Infinity))
          longest = shelf;
      }
      if (!longest) return;
      longest.evictOldest();
      this.counters.evictedSegments += 1;
    }
  }

  /** Lets every waiter go with false and takes no more. */
  close(): Promise<void> {
    this.#closed = true;
    for (const { waiters } of this.#racks.values()) waiters.settleThrough(Infinity, () => false);
    this.#listeners.clear();
    return Promise.resolve();
  }
}

const positionOf = ({ segment, part }: Part): Position => ({ segment, part });
