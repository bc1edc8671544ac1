// Growing segments: each part is framed once and goes to every reader the moment it is there.
import type { Closable } from "#base";
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import { frameChunk } from "#http";
import type { Part, PartReader } from "#packager";
import { GROWTH_IDLE_MS } from "./limits.ts";

/** A reader of one growing segment; called with the parts that are media, in order, then once with the end. */
export interface GrowthReader {
  /** `frame` is `bytes` as a transfer chunk, shared by all readers. */
  part(bytes: Uint8Array, frame: Uint8Array): void;
  /** The segment is complete: all its parts have been handed over. */
  complete(): void;
  /** The segment will not become complete. */
  abandon(): void;
}

interface Growth {
  readonly rendition: string;
  readonly segment: number;
  readonly readers: Set<GrowthReader>;
  /** Of the parts that are media. */
  readonly frames: { bytes: Uint8Array; frame: Uint8Array }[];
  timer: Timer;
}

/** The segments under way that somebody reads. */
export class GrowingSegments implements Closable {
  /** Readers there are now. */
  get readers(): number {
    let readers = 0;
    for (const growth of this.#growths.values()) readers += growth.readers.size;
    return readers;
  }

  readonly #store: PartReader;
  readonly #clock: Clock;
  readonly #growths = new Map<string, Growth>(); // at most two a rendition: segments are complete one after another
  readonly #stop: () => void;

  constructor(store: PartReader, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    this.#stop = store.onPart((rendition, part) => this.#take(rendition, part));
  }

  /** Hands the parts so far to `reader` at once, later ones as they come. Returns what takes the reader away. */
  read(rendition: string, segment: number, reader: GrowthReader): () => void {
    const growth = this.#open(rendition, segment);
    for (const { bytes, frame } of growth.frames) reader.part(bytes, frame);
    if (this.#store.isComplete(rendition, segment)) {
      if (growth.readers.size === 0) this.#forget(growth);
      reader.complete();
      return () => undefined;
    }
    growth.readers.add(reader);
    return () => {
      growth.readers.delete(reader);
      if (growth.readers.size === 0) this.#forget(growth);
    };
  }

  #open(rendition: string, segment: number): Growth {
    const key = keyOf(rendition, segment);
    const known = this.#growths.get(key);
    if (known) return known;
    const parts = this.#store.parts(rendition, segment).filter((part) => !part.gap);
    const frames = parts.map(({ bytes }) => ({ bytes, frame: frameChunk(bytes) }));
    const readers = new Set<GrowthReader>();
    const growth: Growth = { rendition, segment, readers, frames, timer: this.#patience(key) };
    this.#growths.set(key, growth);
    return growth;
  }

  #take(rendition: string, part: Part): void {
    const growth = this.#growths.get(keyOf(rendition, part.segment));
    if (!growth) return;
    growth.timer.cancel();
    growth.timer = this.#patience(keyOf(rendition, part.segment));
    if (!part.gap) {
      const framed = { bytes: part.bytes, frame: frameChunk(part.bytes) };
      growth.frames.push(framed);
      for (const reader of growth.readers) reader.part(framed.bytes, framed.frame);
    }
    if (!this.#store.isComplete(rendition, part.segment)) return;
    this.#forget(growth);
    for (const reader of growth.readers) reader.complete();
  }

  #patience(key: string): Timer {
    return this.#clock.after(ms(GROWTH_IDLE_MS), () => {
      const growth = this.#growths.get(key);
      if (growth) this.#abandon(growth);
    });
  }

  #abandon(growth: Growth): void {
    this.#forget(growth);
    for (const reader of growth.readers) reader.abandon();
  }

  #forget(growth: Growth): void {
    growth.timer.cancel();
    this.#growths.delete(keyOf(growth.rendition, growth.segment));
  }

  /** Abandons what is under way. */
  close(): Promise<void> {
    this.#stop();
    for (const growth of this.#growths.values()) this.#abandon(growth);
    return Promise.resolve();
  }
}

const keyOf = (rendition: string, segment: number): string => `${rendition}/${segment}`;
