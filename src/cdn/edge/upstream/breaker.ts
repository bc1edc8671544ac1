// Whether an upstream is to be asked: a circuit breaker. Time is an argument; it holds no timer.
import { type MonoMs, monoMs } from "#base";
import {
  FIRST_PAUSE_MS,
  LONGEST_PAUSE_MS,
  OPEN_OUTCOMES,
  OPEN_SHARE,
  OPEN_WEIGHT,
  OUTCOME_WINDOW_MS,
} from "./limits.ts";

/**
 * What counts against an upstream. A 500 or 501 does not: it speaks of one request. A 503 does, also the `no-store` one of
 * an origin whose encoder is silent: another origin may have the part. The weight says how sure a single one is.
 */
export const failures = {
  unreachable: { weight: 2, says: "No connection was to be had." },
  silent: { weight: 4, says: "No head came within the time-out." },
  overtaken: { weight: 2, says: "A later request to another upstream was answered first." },
  brokeEarly: { weight: 1, says: "The connection broke before the head." },
  brokeWithin: { weight: 1, says: "The connection broke within a body." },
  stalled: { weight: 2, says: "A body stopped coming." },
  nonsense: { weight: 1, says: "What came was no HTTP." },
  badGateway: { weight: 1, says: "It answered 502: its own upstream is down." },
  unavailable: { weight: 1, says: "It answered 503." },
  gatewayTimeout: { weight: 1, says: "It answered 504: its own upstream hangs." },
  probeFailed: { weight: 1, says: "A probe got no good answer." },
} as const;
export type Failure = keyof typeof failures;

/** What the states mean, for /status and its reader. */
export const breakerStates = {
  closed: "It is asked.",
  open: "It is passed over until the pause is over, unless all are.",
  "half-open": "One probe is on its way; all else passes it over.",
} as const;
export type BreakerState = keyof typeof breakerStates;

/**
 * Closed → open, when failures since the last success weigh {@link OPEN_WEIGHT}, or when half of the outcomes of the last
 * seconds were failures → half-open, for a single probe after a pause that doubles → closed, or open again.
 * Outcomes of requests that were sent before it opened change nothing: `epoch` tells them.
 */
export class Breaker {
  #state: BreakerState = "closed";
  #epoch = 0;
  #weight = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #probeAt: MonoMs = monoMs(0);
  #since: MonoMs;
  #lastSuccess: MonoMs | null = null;
  #opened = 0;
  #why: Failure | null = null;
  /** Outcomes within the window, and in the one before it. */
  #window = { from: monoMs(0), good: 0, bad: 0, goodBefore: 0, badBefore: 0 };

  constructor(now: MonoMs) {
    this.#since = now;
    this.#window.from = now;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Changes with every change of state. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Times that it opened from closed. */
  get opened(): number {
    return this.#opened;
  }

  /** The failure that opened it; null while closed. */
  get why(): Failure | null {
    return this.#why;
  }

  get since(): MonoMs {
    return this.#since;
  }

  get lastSuccess(): MonoMs | null {
    return this.#lastSuccess;
  }

  /** The present pause before a probe, ms. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** Whether a probe is due. */
  probeDue(now: MonoMs): boolean {
    return this.#state === "open" && now >= this.#probeAt;
  }

  probing(now: MonoMs): void {
    this.#enter("half-open", now);
  }

  /** A whole answer that speaks for the upstream. */
  success(epoch: number, now: MonoMs): void {
    if (epoch !== this.#epoch) return;
    this.#lastSuccess = now;
    this.#weight = 0;
    this.#count(now, "good");
    if (this.#state === "closed") return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#why = null;
    this.#enter("closed", now);
    this.#window = { from: now, good: 0, bad: 0, goodBefore: 0, badBefore: 0 };
  }

  /** Returns whether the breaker opened by it, from closed. */
  failure(failure: Failure, epoch: number, now: MonoMs): boolean {
    if (epoch !== this.#epoch) return false;
    if (this.#state === "half-open") {
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
      this.#open(failure, now);
      return false;
    }
    if (this.#state === "open") return false;
    this.#weight += failures[failure].weight;
    this.#count(now, "bad");
    if (this.#weight < OPEN_WEIGHT && !this.#mostFailed()) return false;
    this.#opened++;
    this.#open(failure, now);
    return true;
  }

  /** A probe told nothing about the upstream: the next one comes after the same pause. */
  undecided(now: MonoMs): void {
    if (this.#state === "half-open") this.#open(this.#why ?? "probeFailed", now);
  }

  #open(failure: Failure, now: MonoMs): void {
    this.#why = failure;
    this.#weight = 0;
    this.#probeAt = monoMs(now + this.#pauseMs);
    this.#enter("open", now);
  }

  #enter(state: BreakerState, now: MonoMs): void {
    this.#state = state;
    this.#since = now;
    this.#epoch++;
  }

  /** Two windows one after the other stand for a sliding one. */
  #count(now: MonoMs, outcome: "good" | "bad"): void {
    const window = this.#window;
    const age = now - window.from;
    if (age >= OUTCOME_WINDOW_MS) {
      const recent = age < 2 * OUTCOME_WINDOW_MS;
      window.goodBefore = recent ? window.good : 0;
      window.badBefore = recent ? window.bad : 0;
      window.good = 0;
      window.bad = 0;
      window.from = now;
    }
    window[outcome]++;
  }

  #mostFailed(): boolean {
    const { good, bad, goodBefore, badBefore } = this.#window;
    const all = good + bad + goodBefore + badBefore;
    return all >= OPEN_OUTCOMES && bad + badBefore >= all * OPEN_SHARE;
  }
}
