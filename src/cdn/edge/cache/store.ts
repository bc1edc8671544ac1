// Complete objects and their variants, least recently used first to go.
import type { ReceivedHeaders } from "#http";
import { VARIANTS_PER_OBJECT, VARYING_OBJECTS } from "./limits.ts";
import type { ObjectHead } from "./objectHead.ts";
import { selection } from "./vary.ts";

/** A complete answer. */
export interface StoredObject {
  readonly head: ObjectHead;
  readonly body: Uint8Array;
}

/** What an object weighs besides its body, bytes: its fields, key and map entry, generously. */
const OVERHEAD_BYTES = 2_048;

const weightOf = (object: StoredObject): number => object.body.length + OVERHEAD_BYTES;

/** An object that varies: by which fields, and under which names its variants are kept. */
interface Family {
  readonly names: readonly string[];
  readonly variants: Set<string>;
}

/**
 * Bounded in bytes, fresh and stale objects together; an object larger than a quarter of it is not kept, so that one cannot
 * drive out all others. The Vary of an object's last answer selects among its variants (RFC 9111 4.1).
 */
export class ObjectCache {
  readonly #objects = new Map<string, StoredObject>();
  readonly #families = new Map<string, Family>();
  readonly #limit: number;
  readonly #evicted: (variant: string) => void;
  #bytes = 0;

  constructor(limit: number, evicted: (variant: string) => void) {
    this.#limit = limit;
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#objects.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The name of the variant that a request selects; null where it selects none that can be named. */
  variant(key: string, headers: ReceivedHeaders): string | null {
    const family = this.#families.get(key);
    if (!family) return key;
    const selected = selection(family.names, headers);
    return selected === null ? null : key + selected;
  }

  /** What is kept under the name that {@link variant} gave, fresh or not. */
  find(variant: string): StoredObject | null {
    const object = this.#objects.get(variant);
    if (!object) return null;
    this.#objects.delete(variant);
    this.#objects.set(variant, object);
    return object;
  }

  /** Tells by which fields the object varies from now on. What was kept under other ones is dropped. */
  varies(key: string, names: readonly string[]): void {
    const family = this.#families.get(key);
    if (names.length === 0 ? !family : family && sameNames(family.names, names)) return;
    this.drop(key);
    if (names.length === 0) return;
    this.#families.set(key, { names, variants: new Set() });
    if (this.#families.size <= VARYING_OBJECTS) return;
    const [oldest] = this.#families.keys();
    if (oldest !== undefined) this.drop(oldest);
  }

  /** Keeps a variant of `key`; false when it is too large. */
  keep(key: string, variant: string, object: StoredObject): boolean {
    const weight = weightOf(object);
    if (weight > this.#limit / 4) return false;
    this.#forget(variant);
    this.#objects.set(variant, object);
    this.#bytes += weight;
    const family = this.#families.get(key);
    if (family) this.#joinFamily(family, variant);
    for (const [oldest] of this.#objects) {
      if (this.#bytes <= this.#limit) break;
      this.#forget(oldest);
      this.#evicted(oldest);
    }
    return true;
  }

  /** Forgets the object with all its variants; whether there was any. */
  drop(key: string): boolean {
    let dropped = this.#forget(key);
    const family = this.#families.get(key);
    if (!family) return dropped;
    this.#families.delete(key);
    for (const variant of family.variants) dropped = this.#forget(variant) || dropped;
    return dropped;
  }

  /** Forgets one variant. */
  dropVariant(variant: string): void {
    this.#forget(variant);
  }

  #joinFamily({ variants }: Family, variant: string): void {
    variants.delete(variant);
    variants.add(variant);
    if (variants.size <= VARIANTS_PER_OBJECT) return;
    const [oldest] = variants as Iterable<string>;
    if (oldest === undefined) return;
    variants.delete(oldest);
    if (this.#forget(oldest)) this.#evicted(oldest);
  }

  #forget(variant: string): boolean {
    const object = this.#objects.get(variant);
    if (!object) return false;
    this.#objects.delete(variant);
    this.#bytes -= weightOf(object);
    return true;
  }
}

const sameNames = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((name, at) => name === right[at]);
