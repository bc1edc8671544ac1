// Prefixes of IPv6: the trie, and the table of ranges in front of it.
import type { Words } from "./address.ts";
import { lengthIn, valueIn } from "./entry.ts";
import { HEAD_BITS, RangeTable, TELL_BITS } from "./rangeTable.ts";
import { Trie } from "./trie.ts";

/** Small numbers by longest prefix, as `Trie` has them. */
export class IPv6Table {
  readonly #trie = new Trie();
  readonly #ranges: RangeTable;
  /** What the ranges said last; not above zero: the trie answered. */
  #entry = 0;

  /** `ranges`: the table in front, which holds nothing yet; from now on it is this one's. */
  constructor(ranges = new RangeTable()) {
    this.#ranges = ranges;
  }

  /** Prefixes held. */
  get size(): number {
    return this.#trie.size;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.#trie.bytes + this.#ranges.bytes;
  }

  /** Length of the prefix that `find` found last. */
  get foundLength(): number {
    return this.#entry > 0 ? HEAD_BITS + lengthIn(this.#entry) : this.#trie.foundLength;
  }

  /** The value of the longest prefix that covers the address; -1: none does. Allocates nothing. */
  find(w0: number, w1: number, w2: number, w3: number): number {
    const entry = this.#ranges.at(w0, w1);
    this.#entry = entry;
    return entry > 0 ? valueIn(entry) : this.#trie.find(w0, w1, w2, w3);
  }

  /** Gives the prefix this value (0 or more): the value it had, or -1. */
  set(key: Words, length: number, value: number): number {
    const before = this.#trie.set(key, length, value);
    if (length > TELL_BITS) this.#ranges.deepen(key, true);
    else if (length >= HEAD_BITS) this.#ranges.set({ w0: key.w0, w1: key.w1, length }, value);
    return before;
  }

  /** Takes a prefix away: the value it had, or -1. */
  remove(key: Words, length: number): number {
    const before = this.#trie.remove(key, length);
    if (before < 0 || length < HEAD_BITS) return before;
    if (this.#ranges.isClosed(key.w0)) this.#reopen(key);
    else if (length > TELL_BITS) this.#ranges.deepen(key, this.#trie.holdsBelow(key, TELL_BITS));
    else this.#ranges.remove({ w0: key.w0, w1: key.w1, length }, this.#coverOf(key, length - 1));
    return before;
  }

  /** A head whose ranges were too many begins anew once nothing longer is left in it. */
  #reopen(key: Words): void {
    if (this.#trie.holdsBelow(key, HEAD_BITS)) return;
    this.#ranges.reopen(key.w0);
    const cover = this.#coverOf(key, HEAD_BITS);
    if (cover) this.#ranges.set({ w0: key.w0, w1: 0, length: HEAD_BITS }, cover.value);
  }

  /** The longest prefix of at most `most` bits that covers a key, when an entry can tell it. */
  #coverOf(key: Words, most: number): { length: number; value: number } | null {
    const value = this.#trie.findUpTo(key, most);
    const { foundLength } = this.#trie;
    return value < 0 || foundLength < HEAD_BITS ? null : { length: foundLength, value };
  }
}
