// The last minute of what the small plots show. Pure.

/** How long the plots look back, s. */
export const SERIES_S = 60;
/** Readings kept at most: four a second. */
const READINGS_KEPT = SERIES_S * 4 + 4;

/** Readings by time, oldest first, in the columns that uPlot takes: seconds before now, then one column a quantity. */
export class Series {
  readonly #at: number[] = [];
  readonly #columns: (number | null)[][];

  constructor(quantities: number) {
    this.#columns = Array.from({ length: quantities }, () => []);
  }

  /** Takes one reading of each quantity at `atMs`; null is a gap. */
  add(atMs: number, readings: readonly (number | null)[]): void {
    this.#at.push(atMs);
    this.#columns.forEach((column, index) => column.push(readings[index] ?? null));
    while (this.#at.length > READINGS_KEPT || (this.#at[0] ?? atMs) < atMs - SERIES_S * 1_000) {
      this.#at.shift();
      for (const column of this.#columns) column.shift();
    }
  }

  /** The columns as seen at `nowMs`. */
  columns(nowMs: number): (number | null)[][] {
    return [this.#at.map((at) => (at - nowMs) / 1_000), ...this.#columns.map((each) => [...each])];
  }
}
