// Counts by row over the last second, in memory that is set at the start: rows of numbers, ten slots each.
import { SLOTS } from "./limits.ts";

export class SlidingRows {
  readonly #rows: number;
  /** Slot by slot, so that one that is over is cleared in one run. */
  readonly #slots: Uint16Array;
  readonly #sums: Uint32Array;
  #total = 0;
  #slot = 0;

  constructor(rows: number) {
    this.#rows = rows;
    this.#slots = new Uint16Array(rows * SLOTS);
    this.#sums = new Uint32Array(rows);
  }

  /** In all rows, over the slots that are held. */
  get total(): number {
    return this.#total;
  }

  /** In one row. */
  of(row: number): number {
    return this.#sums[row] as number;
  }

  /** In one row, in the slot under way. */
  lately(row: number): number {
    return this.#slots[this.#slot * this.#rows + row] as number;
  }

  /** Counts one; a slot that is full of one row counts no further, which a second of 655,350 does not reach. */
  count(row: number): void {
    const at = this.#slot * this.#rows + row;
    if (this.#slots[at] === 0xffff) return;
    (this.#slots[at] as number) += 1;
    (this.#sums[row] as number) += 1;
    this.#total += 1;
  }

  /** So many slots have passed: what fell out of the second is forgotten. */
  advance(passed: number): void {
    if (passed >= SLOTS) return this.clear();
    for (let step = 0; step < passed; step += 1) {
      this.#slot = (this.#slot + 1) % SLOTS;
      const from = this.#slot * this.#rows;
      for (let row = 0; row < this.#rows; row += 1) {
        const count = this.#slots[from + row] as number;
        if (count === 0) continue;
        (this.#sums[row] as number) -= count;
        this.#total -= count;
        this.#slots[from + row] = 0;
      }
    }
  }

  clear(): void {
    this.#slots.fill(0);
    this.#sums.fill(0);
    this.#total = 0;
  }
}
