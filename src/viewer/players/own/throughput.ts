// What the line carries, from deliveries that it, and not the encoder, limited. Pure.
import { SAMPLE_BYTES, SAMPLE_LIFE_MS, SAMPLES_KEPT } from "./limits.ts";

/** A delivery too quick to be timed lasted this long, ms. */
const LEAST_MS = 2;

/** The rate over the last deliveries. */
export class Throughput {
  #samples: { bytes: number; tookMs: number; at: number }[] = [];

  /** `bytes` took `tookMs` and were whole at `at`. */
  add(bytes: number, tookMs: number, at: number): void {
    if (bytes < SAMPLE_BYTES || !(tookMs >= 0)) return;
    this.#samples.push({ bytes, tookMs: Math.max(LEAST_MS, tookMs), at });
    this.#samples = this.#samples
      .slice(-SAMPLES_KEPT)
      .filter((sample) => at - sample.at < SAMPLE_LIFE_MS);
  }

  /** Earlier deliveries count no more: another edge, another line. */
  forget(): void {
    this.#samples = [];
  }

  /** kb/s; null before the first delivery. */
  get kbps(): number | null {
    let [bytes, tookMs] = [0, 0];
    for (const sample of this.#samples) {
      bytes += sample.bytes;
      tookMs += sample.tookMs;
    }
    return tookMs === 0 ? null : (bytes * 8) / tookMs;
  }
}
