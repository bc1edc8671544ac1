// How often one source is answered over UDP, where a source can be forged: its victim gets little (response rate limiting).
import { type Chance, elapsed, type MonoMs, monoMs } from "#base";
import type { Address } from "#network";
import { RATE_ROWS, SLIP } from "./limits.ts";

/** Answer; answer cut short, so that a real resolver comes by TCP; or say nothing. */
export type RateVerdict = "answer" | "cut" | "nothing";

export class ResponseRate {
  readonly #perS: number;
  readonly #key: number;
  readonly #counts = new Uint32Array(RATE_ROWS);
  #from: MonoMs = monoMs(0);

  /** `chance` keys the rows: nobody outside can fill another's. */
  constructor({ responsesPerS, chance }: { responsesPerS: number; chance: Chance }) {
    this.#perS = responsesPerS;
    this.#key = Math.floor(chance() * 2 ** 32) | 0;
  }

  /** Judges one query from `address`, and counts it. Each second all begin anew. */
  judge({ family, w0, w1 }: Address, now: MonoMs): RateVerdict {
    if (elapsed(this.#from, now) >= 1_000) {
      this.#counts.fill(0);
      this.#from = now;
    }
    const bits = family === 4 ? w0 >>> 8 : Math.imul(w0, 0x9e3779b1) ^ (w1 >>> 8);
    const mixed = Math.imul((bits ^ this.#key) >>> 0, 0x85ebca6b);
    const row = ((mixed ^ (mixed >>> 15)) >>> 0) % RATE_ROWS;
    const count = (this.#counts[row] as number) + 1;
    this.#counts[row] = count;
    if (count <= this.#perS) return "answer";
    return (count - this.#perS) % SLIP === 0 ? "cut" : "nothing";
  }
}
