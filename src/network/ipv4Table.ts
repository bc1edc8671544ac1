// Prefixes of IPv4: the trie, and the direct table in front of it for each /8 that holds many.
import type { Words } from "./address.ts";
import { BLOCK_BITS, DirectTable, SHEET_BITS } from "./directTable.ts";
import { lengthIn, valueIn } from "./entry.ts";
import { type Held, Trie } from "./trie.ts";

/** Small numbers by longest prefix, as `Trie` has them. */
export class IPv4Table {
  readonly #trie = new Trie();
  readonly #direct = new DirectTable();
  readonly #directFrom: number;
  /** Prefixes inside each /8. */
  readonly #inside = new Int32Array(1 << SHEET_BITS);
  /** What the direct table said last; not above zero: the trie answered. */
  #entry = 0;

  /** `directFrom`: prefixes inside a /8 that make its sheet; with less than half of them it is given back. */
  constructor(directFrom: number) {
    this.#directFrom = directFrom;
  }

  /** Prefixes held. */
  get size(): number {
    return this.#trie.size;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.#trie.bytes + this.#direct.bytes;
  }

  /** Length of the prefix that `find` found last. */
  get foundLength(): number {
    return this.#entry > 0 ? lengthIn(this.#entry) : this.#trie.foundLength;
  }

  /** The value of the longest prefix that covers the address; -1: none does. Allocates nothing. */
  find(bits: number): number {
    const entry = this.#direct.at(bits);
    this.#entry = entry;
    return entry > 0 ? valueIn(entry) : this.#trie.find(bits, 0, 0, 0);
  }

  /** Gives the prefix this value (0 or more): the value it had, or -1. */
  set(key: Words, length: number, value: number): number {
    const before = this.#trie.set(key, length, value);
    if (length < SHEET_BITS) return before;
    const inside = this.#count(key, before < 0 ? 1 : 0);
    if (this.#direct.has(key.w0)) this.#tell({ key, length, value });
    else if (inside >= this.#directFrom) {
      this.#direct.open(key.w0);
      this.#trie.each(key, SHEET_BITS, (prefix) => {
        this.#tell(prefix);
      });
    }
    return before;
  }

  /** Takes a prefix away: the value it had, or -1. */
  remove(key: Words, length: number): number {
    const before = this.#trie.remove(key, length);
    if (before < 0 || length < SHEET_BITS) return before;
    const inside = this.#count(key, -1);
    if (!this.#direct.has(key.w0)) return before;
    if (inside < this.#directFrom / 2) this.#direct.close(key.w0);
    else if (length > BLOCK_BITS)
      this.#direct.deepen(key.w0, this.#trie.holdsBelow(key, BLOCK_BITS));
    else this.#direct.remove({ bits: key.w0, length }, this.#coverOf(key, length));
    return before;
  }

  /** Prefixes inside the /8 of a key, after so many more. */
  #count({ w0 }: Words, more: number): number {
    const at = w0 >>> (32 - SHEET_BITS);
    const inside = (this.#inside[at] as number) + more;
    this.#inside[at] = inside;
    return inside;
  }

  /** Writes a prefix to the sheet of its /8. */
  #tell({ key, length, value }: Held): void {
    if (length > BLOCK_BITS) this.#direct.deepen(key.w0, true);
    else this.#direct.set({ bits: key.w0, length }, value);
  }

  /** The longest prefix that an entry can tell among those that cover a prefix and are shorter. */
  #coverOf(key: Words, length: number): { length: number; value: number } | null {
    const value = this.#trie.findUpTo(key, length - 1);
    const { foundLength } = this.#trie;
    return value < 0 || foundLength < SHEET_BITS ? null : { length: foundLength, value };
  }
}
