// Which rung a viewer plays: by the rate that it measured, and by what it has in its buffer. Pure.
import {
  BUFFER_DANGER,
  FIRST_RATE_BPS,
  RATE_SHARE,
  RUNG_HOLD_MS,
  RUNG_TRIAL_MS,
} from "./limits.ts";

interface Rung {
  readonly id: string;
  readonly bandwidth: number;
}

/** What the choice rests on. */
export interface Situation {
  readonly now: number;
  readonly bufferMs: number;
  readonly targetMs: number;
  /** Measured, bits per second; null when nothing was. */
  readonly bps: number | null;
}

/** Chooses at each segment's start. */
export class RungChoice {
  readonly #wanted: string;
  #index = -1;
  #since = 0;
  /** A trial that failed makes the next one wait twice as long. */
  #trialMs = RUNG_TRIAL_MS;

  /** `wanted`: `lowest`, `abr`, or a rung's name. */
  constructor(wanted: string) {
    this.#wanted = wanted;
  }

  /** The rung to play now, rungs from low to high; null when the one that is wanted is not there. */
  choose<Of extends Rung>(rungs: readonly Of[], situation: Situation): Of | null {
    if (this.#wanted === "lowest") return rungs[0] ?? null;
    if (this.#wanted !== "abr") return rungs.find(({ id }) => id === this.#wanted) ?? null;
    const index = this.#index < 0 ? this.#first(rungs) : this.#next(rungs, situation);
    const chosen = Math.min(Math.max(index, 0), rungs.length - 1);
    if (chosen !== this.#index) this.#since = situation.now;
    this.#index = chosen;
    return rungs[chosen] ?? null;
  }

  #first(rungs: readonly Rung[]): number {
    return rungs.findLastIndex(({ bandwidth }) => bandwidth <= FIRST_RATE_BPS);
  }

  #next(rungs: readonly Rung[], { now, bufferMs, targetMs, bps }: Situation): number {
    const held = now - this.#since;
    if (bufferMs < BUFFER_DANGER * targetMs) {
      if (held < RUNG_TRIAL_MS) this.#trialMs *= 2;
      return this.#index - 1;
    }
    if (bps === null) return held >= this.#trialMs ? this.#index + 1 : this.#index;
    const fits = rungs.findLastIndex(({ bandwidth }) => bandwidth <= RATE_SHARE * bps);
    if (fits < this.#index) return fits;
    return fits > this.#index && held >= RUNG_HOLD_MS ? this.#index + 1 : this.#index;
  }
}
