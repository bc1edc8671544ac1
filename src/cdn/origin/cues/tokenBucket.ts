// How much may come: so much at once, and so much a second after that.
import type { MonoMs } from "#base";

/** A bucket of `burst` tokens, full at first, that fills by `perSecond`. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: MonoMs;

  constructor(rate: { perSecond: number; burst: number }, now: MonoMs) {
    this.#perMs = rate.perSecond / 1_000;
    this.#burst = rate.burst;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes a token; false when there is none. */
  take(now: MonoMs): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
