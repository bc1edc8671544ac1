// Which viewer is where, for hundreds of thousands of them: a hash table in typed arrays, sixteen bytes a place.

const SMALLEST = 1_024;
const EMPTY = 0;

/** Viewers by two hashes of their name, each with the number of a cell. Filled to half at most; only ever emptied whole. */
export class ViewerTable {
  #size = 0;
  #capacity = SMALLEST;
  #first = new Uint32Array(SMALLEST);
  #second = new Uint32Array(SMALLEST);
  /** One more than the cell; 0: the place is empty. */
  #cells = new Uint32Array(SMALLEST);

  get size(): number {
    return this.#size;
  }

  #place(first: number, second: number): number {
    const mask = this.#capacity - 1;
    let at = (first ^ second) & mask;
    while (this.#cells[at] !== EMPTY && !(this.#first[at] === first && this.#second[at] === second))
      at = (at + 1) & mask;
    return at;
  }

  /** The cell of a viewer; -1: it is not here. */
  get(first: number, second: number): number {
    return (this.#cells[this.#place(first, second)] as number) - 1;
  }

  /** Puts a viewer into a cell, or from another into it. */
  set(first: number, second: number, cell: number): void {
    let at = this.#place(first, second);
    if (this.#cells[at] === EMPTY) {
      if (2 * (this.#size + 1) > this.#capacity) {
        this.#grow();
        at = this.#place(first, second);
      }
      this.#size += 1;
      this.#first[at] = first;
      this.#second[at] = second;
    }
    this.#cells[at] = cell + 1;
  }

  #grow(): void {
    const [firsts, seconds, cells] = [this.#first, this.#second, this.#cells];
    this.#capacity *= 2;
    this.#first = new Uint32Array(this.#capacity);
    this.#second = new Uint32Array(this.#capacity);
    this.#cells = new Uint32Array(this.#capacity);
    for (let at = 0; at < cells.length; at++) {
      if (cells[at] === EMPTY) continue;
      const [first, second] = [firsts[at] as number, seconds[at] as number];
      const place = this.#place(first, second);
      this.#first[place] = first;
      this.#second[place] = second;
      this.#cells[place] = cells[at] as number;
    }
  }

  clear(): void {
    this.#size = 0;
    this.#cells.fill(EMPTY);
  }
}
