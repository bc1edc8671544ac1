// Answers for every /64 of IPv6, in front of the trie: a hash of the first 32 bits, the head, leads to the ranges that
// the next 32 fall into, so that most lookups are two misses of the cache. The trie stays the truth: what an entry
// cannot tell is asked there.
import { Blocks } from "./blocks.ts";
import { DEEPER, entryOf, lengthIn } from "./entry.ts";
import { HEAD_RANGES_LIMIT } from "./limits.ts";
import { countOf, editRanges, entryAt, roomFor, wholeRange } from "./ranges.ts";
import { WordMap } from "./wordMap.ts";

/** Bits of a head, and the shortest prefix that entries tell: a change writes the ranges of one head. */
export const HEAD_BITS = 32;
/** The longest prefix that an entry tells. */
export const TELL_BITS = 64;

/** In place of its block: a head that got too many ranges. */
const CLOSED = -1;

/** A change adds so many ranges at most: one at each of its ends. */
const RANGES_A_CHANGE = 2;

/** So many freed words are kept for what comes next before all is packed anew and the rest given back. */
const SPARE_WORDS = 16_384;

/** A prefix of `HEAD_BITS` to `TELL_BITS` bits; those beyond its length are zero. */
interface Told {
  readonly w0: number;
  readonly w1: number;
  readonly length: number;
}

export class RangeTable {
  readonly #heads = new WordMap();
  readonly #limit: number;
  #blocks: Blocks;

  /** `limit`: ranges of one head. */
  constructor({ limit = HEAD_RANGES_LIMIT }: { limit?: number } = {}) {
    this.#limit = limit;
    this.#blocks = this.#newBlocks();
  }

  #newBlocks(words = 0): Blocks {
    return new Blocks({ most: roomFor(this.#limit), words });
  }

  /** Heads of which something is told, and those that were given up. */
  get size(): number {
    return this.#heads.size;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.#heads.bytes + this.#blocks.bytes;
  }

  /** The entry for an address. Above zero it holds the answer; else the trie is to be asked. Allocates nothing. */
  at(w0: number, w1: number): number {
    const block = this.#heads.get(w0);
    return block > 0 ? entryAt(this.#blocks.words, block, w1) : 0;
  }

  /** Whether a head was given up, for its ranges were too many. */
  isClosed(head: number): boolean {
    return this.#heads.get(head) === CLOSED;
  }

  /** Forgets that a head was given up: nothing is told of it. */
  reopen(head: number): void {
    this.#heads.delete(head);
  }

  /** A prefix has this value from now on: told wherever no longer one is. */
  set(prefix: Told, value: number): void {
    const length = prefix.length - HEAD_BITS;
    const entry = entryOf(length, value);
    this.#edit(prefix, (before) =>
      lengthIn(before) <= length ? (before & DEEPER) | entry : before,
    );
  }

  /** A prefix is gone: where it was told, `cover` is from now on, the longest that covers it. */
  remove(prefix: Told, cover: { length: number; value: number } | null): void {
    const length = prefix.length - HEAD_BITS;
    const entry = cover ? entryOf(cover.length - HEAD_BITS, cover.value) : 0;
    this.#edit(prefix, (before) =>
      lengthIn(before) === length ? (before & DEEPER) | entry : before,
    );
  }

  /** Whether prefixes longer than `TELL_BITS` lie in the block of these bits. */
  deepen({ w0, w1 }: { w0: number; w1: number }, deeper: boolean): void {
    this.#edit({ w0, w1, length: TELL_BITS }, (before) =>
      deeper ? before | DEEPER : before & ~DEEPER,
    );
  }

  #edit({ w0, w1, length }: Told, edit: (entry: number) => number): void {
    const held = this.#heads.get(w0);
    if (held === CLOSED) return;
    // A shift by 32 is one by nothing.
    const last = length === TELL_BITS ? w1 : w1 | (-1 >>> (length - HEAD_BITS));
    const before = held === 0 ? wholeRange(this.#blocks, 0) : held;
    const block = editRanges(this.#blocks, before, { first: w1, last, edit });
    this.#keep(w0, block);
    if (this.#blocks.free > this.#blocks.held + SPARE_WORDS) this.#pack();
  }

  /** A head has this block from now on, unless there is nothing in it or too much. */
  #keep(head: number, block: number): void {
    const { words } = this.#blocks;
    const count = countOf(words, block);
    const isEmpty = count === 1 && entryAt(words, block, 0) === 0;
    const isFull = count > this.#limit - RANGES_A_CHANGE;
    if (isEmpty || isFull) this.#blocks.give(block, roomFor(count));
    if (isEmpty) this.#heads.delete(head);
    else this.#heads.set(head, isFull ? CLOSED : block);
  }

  /** Puts all that is held side by side in a new array, so that what is free goes back. */
  #pack(): void {
    const { words, held } = this.#blocks;
    this.#blocks = this.#newBlocks(held + SPARE_WORDS);
    this.#heads.moveAll((block) => {
      if (block === CLOSED) return block;
      const size = roomFor(countOf(words, block));
      const copy = this.#blocks.take(size);
      this.#blocks.words.set(words.subarray(block, block + size), copy);
      return copy;
    });
  }
}
