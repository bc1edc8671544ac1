// When to ask for a lower rung: the first means of a viewer whose network does not keep up. Pure.
import {
  BUFFER_FLOOR_FOR_MS,
  BUFFER_FLOOR_MS,
  RUNG_HOLD_LIMIT_MS,
  RUNG_HOLD_MS,
  RUNG_LATE_FOR_MS,
  RUNG_LATE_MS,
  RUNG_RELAPSE_MS,
} from "./limits.ts";

/** What the rung is chosen by. */
export interface RungNeed {
  at: number;
  bufferMs: number;
  waiting: boolean;
  /** + late, ms; null while it is not known. */
  errorMs: number | null;
  shrinking: boolean;
  inSync: boolean;
}

/** Down at need, up again after a time in sync, which is longer after each relapse. */
export class RungPolicy {
  #rung: "any" | "lower" = "any";
  #dryFrom: number | null = null;
  #lateFrom: number | null = null;
  #syncFrom: number | null = null;
  #holdMs = RUNG_HOLD_MS;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #lowered = 0;

  get rung(): "any" | "lower" {
    return this.#rung;
  }

  /** How often a lower rung was asked for. */
  get lowered(): number {
    return this.#lowered;
  }

  step(need: RungNeed): "any" | "lower" {
    const { at } = need;
    const dry = need.bufferMs < BUFFER_FLOOR_MS;
    const late = need.errorMs !== null && need.errorMs > RUNG_LATE_MS && !need.shrinking;
    this.#dryFrom = dry ? (this.#dryFrom ?? at) : null;
    this.#lateFrom = late ? (this.#lateFrom ?? at) : null;
    this.#syncFrom = need.inSync && !dry ? (this.#syncFrom ?? at) : null;
    const needed =
      need.waiting ||
      lasted(this.#dryFrom, at, BUFFER_FLOOR_FOR_MS) ||
      lasted(this.#lateFrom, at, RUNG_LATE_FOR_MS);
    if (needed && this.#rung === "any") this.#lower(at);
    else if (!needed && this.#rung === "lower" && lasted(this.#syncFrom, at, this.#holdMs)) {
      this.#rung = "any";
      this.#raisedAt = at;
    }
    return this.#rung;
  }

  /** Another player: nothing is asked of it yet. */
  restart(): void {
    this.#rung = "any";
    this.#dryFrom = null;
    this.#lateFrom = null;
    this.#syncFrom = null;
  }

  #lower(at: number): void {
    const relapse = at - this.#raisedAt < RUNG_RELAPSE_MS;
    this.#holdMs = relapse ? Math.min(RUNG_HOLD_LIMIT_MS, this.#holdMs * 2) : RUNG_HOLD_MS;
    this.#rung = "lower";
    this.#lowered += 1;
  }
}

const lasted = (from: number | null, at: number, forMs: number): boolean =>
  from !== null && at - from >= forMs;
