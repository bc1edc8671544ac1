// Blocks of words in one growing array: what the trie and the ranges are built of.

/** The array grows by this much, so that it is never far larger than what it holds. */
const GROWTH = 1.25;
const FIRST_WORDS = 256;

/** Blocks are so many words, or twice, or three times: one that grows by a word moves less often. */
const GRAIN = 2;

/** Freed blocks wait in lists, one for each size, chained through their own first word. */
export class Blocks {
  /** Read anew after each `take`: growing replaces it. */
  words: Int32Array;
  /** Place 0 is nobody's, so that 0 may mean none. */
  #end = GRAIN;
  #free = 0;
  readonly #heads: Int32Array;

  /** For blocks of up to `most` words; with room for `words` of them before it grows. */
  constructor({ most, words = 0 }: { most: number; words?: number }) {
    this.words = new Int32Array(Math.max(words, FIRST_WORDS));
    this.#heads = new Int32Array(Math.ceil(most / GRAIN) + 1);
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.words.byteLength + this.#heads.byteLength;
  }

  /** Words in freed blocks. */
  get free(): number {
    return this.#free;
  }

  /** Words in blocks that are held. */
  get held(): number {
    return this.#end - GRAIN - this.#free;
  }

  /** A block of at least `count` words: its place. What stands in it is left from before. */
  take(count: number): number {
    const grains = Math.ceil(count / GRAIN);
    const head = this.#heads[grains] as number;
    if (head !== 0) {
      this.#heads[grains] = this.words[head] as number;
      this.#free -= grains * GRAIN;
      return head;
    }
    const at = this.#end;
    this.#end += grains * GRAIN;
    if (this.#end > this.words.length) this.#grow();
    return at;
  }

  /** Gives back a block that was taken for `count` words. */
  give(at: number, count: number): void {
    const grains = Math.ceil(count / GRAIN);
    this.words[at] = this.#heads[grains] as number;
    this.#heads[grains] = at;
    this.#free += grains * GRAIN;
  }

  /** The place of a block of `before` words once it has to hold `after`: its own when that is as large. */
  resize(at: number, before: number, after: number): number {
    if (Math.ceil(before / GRAIN) === Math.ceil(after / GRAIN)) return at;
    const moved = this.take(after);
    this.words.copyWithin(moved, at, at + Math.min(before, after));
    this.give(at, before);
    return moved;
  }

  #grow(): void {
    const grown = new Int32Array(Math.ceil(this.#end * GROWTH));
    grown.set(this.words);
    this.words = grown;
  }
}
