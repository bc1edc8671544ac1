// Answers for every /24 side by side, in front of the IPv4 trie (the idea of DIR-24-8; Gupta, Lin, McKeown 1998): one
// miss of the cache a lookup. The trie stays the truth: what the entry of a block cannot tell is asked there.
import { invariant } from "#base";

/** Bits that choose a block, and the longest prefix that an entry tells. */
export const BLOCK_BITS = 24;

/**
 * The shortest prefix that is written to entries: a change writes 65,536 of them at most. Shorter ones (a default route)
 * are the trie's alone, which finds them in its root.
 */
export const SHORTEST = 8;

/** An entry: below its sign the length of a prefix in 5 bits, then its value and one, in 26; 0: no prefix. */
const VALUE_BITS = 26;
const VALUE_MASK = (1 << VALUE_BITS) - 1;
/** The sign: longer prefixes than the entry can tell lie in the block. */
const DEEPER = 1 << 31;

/** The length of the prefix of an entry. */
export const lengthIn = (entry: number): number => (entry >>> VALUE_BITS) & 31;

/** The value of an entry's prefix. */
export const valueIn = (entry: number): number => (entry & VALUE_MASK) - 1;

/** The entry of a prefix. Values are dense and fewer than a `Map` holds (2^24), so that each has its place in 26 bits. */
function entryOf(length: number, value: number): number {
  invariant(value < VALUE_MASK, "a value fits an entry of the direct table");
  return (length << VALUE_BITS) | (value + 1);
}

/** First entry of a prefix and the one after its last. */
function rangeIn({ bits, length }: Ranged): { from: number; to: number } {
  const from = bits >>> (32 - BLOCK_BITS);
  return { from, to: from + (1 << (BLOCK_BITS - length)) };
}

/** A prefix of `SHORTEST` to `BLOCK_BITS` bits; those beyond its length are zero. */
interface Ranged {
  readonly bits: number;
  readonly length: number;
}

export class DirectTable {
  /** Pages that no prefix touched are the system's zero page. */
  readonly #entries = new Int32Array(1 << BLOCK_BITS);

  /** Address space, bytes. */
  get bytes(): number {
    return this.#entries.byteLength;
  }

  /** The entry for an address. Above zero it holds the answer; else the trie is to be asked. */
  at(bits: number): number {
    return this.#entries[bits >>> (32 - BLOCK_BITS)] as number;
  }

  /** A prefix has this value from now on: told wherever no longer one covers it. */
  set(prefix: Ranged, value: number): void {
    const entries = this.#entries;
    const { length } = prefix;
    const entry = entryOf(length, value);
    const { from, to } = rangeIn(prefix);
    for (let at = from; at < to; at += 1) {
      const before = entries[at] as number;
      if (lengthIn(before) <= length) entries[at] = (before & DEEPER) | entry;
    }
  }

  /** A prefix is gone: where it was told, the longest that covers it is, or null. */
  remove(prefix: Ranged, cover: { length: number; value: number } | null): void {
    const entries = this.#entries;
    const { length } = prefix;
    const entry = cover ? entryOf(cover.length, cover.value) : 0;
    const { from, to } = rangeIn(prefix);
    for (let at = from; at < to; at += 1) {
      const before = entries[at] as number;
      if (lengthIn(before) === length) entries[at] = (before & DEEPER) | entry;
    }
  }

  /** Whether prefixes longer than `BLOCK_BITS` lie in the block of an address. */
  deepen(bits: number, deeper: boolean): void {
    const at = bits >>> (32 - BLOCK_BITS);
    const entry = (this.#entries[at] as number) & ~DEEPER;
    this.#entries[at] = deeper ? entry | DEEPER : entry;
  }
}
