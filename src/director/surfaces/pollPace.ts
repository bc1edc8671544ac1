// How often players poll: each five seconds while there is room, more seldom when many do. Nobody is refused for it.
import { elapsed, type MonoMs } from "#base";
import { STEERING_TTL_S } from "../limits.ts";
import { POLLS_SHARE, STEERING_TTL_LIMIT_S } from "./limits.ts";

/** One TTL for everybody, worked out once in so many of them that its effect is seen before the next. */
export class PollPace {
  readonly #pollsPerS: number;
  #at: MonoMs;
  #ttlS: number = STEERING_TTL_S;

  constructor({ requestsPerS, now }: { requestsPerS: number; now: MonoMs }) {
    this.#pollsPerS = requestsPerS * POLLS_SHARE;
    this.#at = now;
  }

  /** What is told now, s. `polls` came in the last second. */
  ttlS(polls: number, now: MonoMs): number {
    if (elapsed(this.#at, now) < this.#ttlS * 1_000) return this.#ttlS;
    this.#at = now;
    const wanted = Math.ceil((this.#ttlS * polls) / this.#pollsPerS);
    this.#ttlS = Math.min(STEERING_TTL_LIMIT_S, Math.max(STEERING_TTL_S, wanted));
    return this.#ttlS;
  }
}
