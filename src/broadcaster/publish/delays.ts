// The latest delays, for a status page.

/** How many are kept: five seconds at 50 frames a second. */
const KEPT = 250;

/** A ring of the latest readings, ms. */
export class Delays {
  readonly #ring = new Float64Array(KEPT);
  #count = 0;

  add(delayMs: number): void {
    this.#ring[this.#count++ % KEPT] = delayMs;
  }

  /** Their median and 95th percentile, to a tenth of a millisecond; null without readings. */
  get spread(): { p50: number; p95: number } | null {
    const kept = this.#ring.slice(0, Math.min(KEPT, this.#count)).sort();
    if (kept.length === 0) return null;
    const at = (share: number): number => {
      const value = kept[Math.min(kept.length - 1, Math.floor(share * kept.length))] as number;
      return Math.round(value * 10) / 10;
    };
    return { p50: at(0.5), p95: at(0.95) };
  }
}
