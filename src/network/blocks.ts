// Blocks of a few units each in one growing array of words: what the trie is built of.

/** Blocks have at most so many units: the children, or the values, of one node. */
export const BLOCK_UNITS = 64;

/** The array grows by this much, so that it is never far larger than what it holds. */
const GROWTH = 1.25;
const FIRST_UNITS = 64;

/** Freed blocks wait in lists, one for each size, chained through their own first word. */
export class Blocks {
  /** Read anew after each `take`: growing replaces it. */
  words: Int32Array;
  /** Words in a unit. */
  readonly unit: number;
  /** Unit 0 is nobody's, so that 0 may mean none. */
  #end: number;
  #free = 0;
  readonly #heads = new Int32Array(BLOCK_UNITS + 1);

  constructor(unit: number, units = FIRST_UNITS) {
    this.unit = unit;
    this.words = new Int32Array(Math.max(units, FIRST_UNITS) * unit);
    this.#end = unit;
  }

  /** Units in freed blocks. */
  get free(): number {
    return this.#free;
  }

  /** Units in blocks that are held. */
  get held(): number {
    return this.#end / this.unit - 1 - this.#free;
  }

  /** A block of `count` units: the place of its first word. What stands in it is left from before. */
  take(count: number): number {
    const head = this.#heads[count] as number;
    if (head !== 0) {
      this.#heads[count] = this.words[head] as number;
      this.#free -= count;
      return head;
    }
    const at = this.#end;
    this.#end += count * this.unit;
    if (this.#end > this.words.length) this.#grow();
    return at;
  }

  give(at: number, count: number): void {
    if (count === 0) return;
    this.words[at] = this.#heads[count] as number;
    this.#heads[count] = at;
    this.#free += count;
  }

  #grow(): void {
    const units = Math.ceil((this.#end / this.unit) * GROWTH);
    const grown = new Int32Array(units * this.unit);
    grown.set(this.words);
    this.words = grown;
  }
}
