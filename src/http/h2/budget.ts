// What a peer may do for nothing, by a bucket that fills with time.
import type { MonoMs } from "#base";
import type { Allowance } from "./limits.ts";

export class Budget {
  readonly #allowance: Allowance;
  #left: number;
  #readAt: number;

  constructor(allowance: Allowance, now: MonoMs) {
    this.#allowance = allowance;
    this.#left = allowance.burst;
    this.#readAt = now;
  }

  /** Takes one; false when there is none left. */
  take(now: MonoMs): boolean {
    const { burst, perSecond } = this.#allowance;
    this.#left = Math.min(burst, this.#left + ((now - this.#readAt) * perSecond) / 1_000);
    this.#readAt = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** Gives some back, never above the burst. */
  earn(count: number): void {
    this.#left = Math.min(this.#allowance.burst, this.#left + count);
  }
}
