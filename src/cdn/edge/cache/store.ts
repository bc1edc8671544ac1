// Complete objects, least recently used first to go.
import type { MonoMs } from "#base";
import type { ObjectHead } from "./objectHead.ts";

/** A complete answer. */
export interface StoredObject {
  readonly head: ObjectHead;
  readonly body: Uint8Array;
}

/** What an object weighs besides its body, bytes: its fields, key and map entry, generously. */
const OVERHEAD_BYTES = 2_048;

const weightOf = (object: StoredObject): number => object.body.length + OVERHEAD_BYTES;

/** Bounded in bytes; an object larger than a quarter of it is not kept, so that one cannot drive out all others. */
export class ObjectCache {
  readonly #objects = new Map<string, StoredObject>();
  readonly #limit: number;
  readonly #evicted: () => void;
  #bytes = 0;

  constructor(limit: number, evicted: () => void) {
    this.#limit = limit;
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#objects.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The object while it is fresh (RFC 9111 4.2); "expired" for one that just was found to be no more, and is dropped. */
  find(key: string, now: MonoMs): StoredObject | "expired" | null {
    const object = this.#objects.get(key);
    if (!object) return null;
    if (now - object.head.receivedAt >= object.head.freshMs) {
      this.#drop(key, object);
      return "expired";
    }
    this.#objects.delete(key);
    this.#objects.set(key, object);
    return object;
  }

  /** Keeps `object`; false when it is too large or not fresh any more. */
  keep(key: string, object: StoredObject, now: MonoMs): boolean {
    const weight = weightOf(object);
    if (weight > this.#limit / 4 || now - object.head.receivedAt >= object.head.freshMs)
      return false;
    const before = this.#objects.get(key);
    if (before) this.#drop(key, before);
    this.#objects.set(key, object);
    this.#bytes += weight;
    for (const [oldest, old] of this.#objects) {
      if (this.#bytes <= this.#limit) break;
      this.#drop(oldest, old);
      this.#evicted();
    }
    return true;
  }

  #drop(key: string, object: StoredObject): void {
    this.#objects.delete(key);
    this.#bytes -= weightOf(object);
  }
}
