// What the network gives a viewer, measured on growing segments. A part that waits for its encoder says nothing of the
// network, and what has gathered in the machine's buffer arrives at any rate: only bytes that came in later pieces are
// counted, from the first piece on. What came in one piece measures nothing: better no estimate than one too high.
import { RATE_SAMPLE_BYTES, RATE_SAMPLE_MS, RATE_SAMPLES } from "./limits.ts";

export class RateEstimate {
  /** Bits per second, the newest last. */
  readonly #samples: number[] = [];
  #firstAt = 0;
  #lastAt = 0;
  #bytes = 0;
  #open = false;

  /** The first piece of something that is sent in one go. */
  begin(now: number): void {
    this.#open = true;
    this.#firstAt = now;
    this.#lastAt = now;
    this.#bytes = 0;
  }

  /** A further piece of it. */
  more(bytes: number, now: number): void {
    if (now === this.#firstAt) return;
    this.#bytes += bytes;
    this.#lastAt = now;
  }

  /** It is whole. */
  end(): void {
    const tookMs = this.#lastAt - this.#firstAt;
    const measured = this.#open && tookMs >= RATE_SAMPLE_MS && this.#bytes >= RATE_SAMPLE_BYTES;
    this.#open = false;
    if (!measured) return;
    if (this.#samples.length >= RATE_SAMPLES) this.#samples.shift();
    this.#samples.push((this.#bytes * 8_000) / tookMs);
  }

  /** Another path: what was measured no longer holds. */
  forget(): void {
    this.#samples.length = 0;
    this.#open = false;
  }

  /** Bits per second, the harmonic mean: slow parts weigh as long as they last. Null while nothing was measured. */
  get bps(): number | null {
    if (this.#samples.length === 0) return null;
    let sum = 0;
    for (const sample of this.#samples) sum += 1 / sample;
    return this.#samples.length / sum;
  }
}
