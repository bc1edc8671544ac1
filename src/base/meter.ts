// Rates out of counters that only grow. Pure: readings and their time are handed in.
import { elapsed, type MonoMs } from "./units.ts";

/** Turns a byte counter into Mb/s over the time between the last two readings. */
export class RateMeter {
  #bytes: number;
  #at: MonoMs;
  #mbps = 0;

  /** `bytes` is the counter's reading at `at`. */
  constructor(at: MonoMs, bytes = 0) {
    this.#at = at;
    this.#bytes = bytes;
  }

  /** Takes the next reading. A counter that went back was started anew, and counts from zero; no time passed: no change. */
  read(at: MonoMs, bytes: number): void {
    const period = elapsed(this.#at, at);
    if (period <= 0) return;
    const moved = bytes >= this.#bytes ? bytes - this.#bytes : bytes;
    this.#mbps = (moved * 8) / (period * 1_000);
    this.#at = at;
    this.#bytes = bytes;
  }

  /** Megabits a second between the last two readings; 0 before the second. */
  get mbps(): number {
    return this.#mbps;
  }
}
