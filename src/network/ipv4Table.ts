// Prefixes of IPv4: the trie, and from some number of prefixes on the direct table in front of it.
import type { Words } from "./address.ts";
import { BLOCK_BITS, DirectTable, lengthIn, SHORTEST, valueIn } from "./directTable.ts";
import { Trie } from "./trie.ts";

/** Small numbers by longest prefix, as `Trie` has them. */
export class IPv4Table {
  readonly #trie = new Trie();
  readonly #directFrom: number;
  #direct: DirectTable | null = null;
  /** What the direct table said last; not above zero: the trie answered. */
  #entry = 0;

  /** `directFrom`: prefixes held when the direct table is made; with less than half of them it is given back. */
  constructor(directFrom: number) {
    this.#directFrom = directFrom;
  }

  /** Prefixes held. */
  get size(): number {
    return this.#trie.size;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.#trie.bytes + (this.#direct?.bytes ?? 0);
  }

  /** Length of the prefix that `find` found last. */
  get foundLength(): number {
    return this.#entry > 0 ? lengthIn(this.#entry) : this.#trie.foundLength;
  }

  /** The value of the longest prefix that covers the address; -1: none does. Allocates nothing. */
  find(bits: number): number {
    const entry = this.#direct === null ? 0 : this.#direct.at(bits);
    this.#entry = entry;
    return entry > 0 ? valueIn(entry) : this.#trie.find(bits, 0, 0, 0);
  }

  /** Gives the prefix this value (0 or more): the value it had, or -1. */
  set(key: Words, length: number, value: number): number {
    const before = this.#trie.set(key, length, value);
    if (this.#direct) tell(this.#direct, { bits: key.w0, length, value });
    else if (this.#trie.size >= this.#directFrom) this.#direct = directOf(this.#trie);
    return before;
  }

  /** Takes a prefix away: the value it had, or -1. */
  remove(key: Words, length: number): number {
    const before = this.#trie.remove(key, length);
    if (before < 0 || !this.#direct) return before;
    if (this.#trie.size < this.#directFrom / 2) this.#direct = null;
    else if (length > BLOCK_BITS)
      this.#direct.deepen(key.w0, this.#trie.holdsBelow(key, BLOCK_BITS));
    else if (length >= SHORTEST)
      this.#direct.remove({ bits: key.w0, length }, this.#cover(key, length));
    return before;
  }

  /** The longest prefix that an entry can tell among those that cover a prefix and are shorter. */
  #cover(key: Words, length: number): { length: number; value: number } | null {
    const value = this.#trie.findUpTo(key, length - 1);
    const { foundLength } = this.#trie;
    return value < 0 || foundLength < SHORTEST ? null : { length: foundLength, value };
  }
}

/** Writes a prefix that the trie holds to the entries. */
function tell(
  direct: DirectTable,
  { bits, length, value }: { bits: number; length: number; value: number },
): void {
  if (length > BLOCK_BITS) direct.deepen(bits, true);
  else if (length >= SHORTEST) direct.set({ bits, length }, value);
}

/** The direct table of what a trie holds. */
function directOf(trie: Trie): DirectTable {
  const direct = new DirectTable();
  trie.each((bits, length, value) => {
    tell(direct, { bits, length, value });
  });
  return direct;
}
