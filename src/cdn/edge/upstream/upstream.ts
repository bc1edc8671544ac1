// One upstream as an edge knows it: its address, its breaker, what it did so far.
import { isoTime, type MonoMs, type RegistaError } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { Breaker, type BreakerState, breakerStates, type Failure, failures } from "./breaker.ts";
import { LAST_ERROR_LENGTH } from "./limits.ts";

/** An upstream in /status. */
export interface UpstreamState {
  readonly url: string;
  readonly breaker: BreakerState;
  readonly means: string;
  /** What opened it; null while it is closed. */
  readonly why: Failure | null;
  /** How long it has been so, s. */
  readonly forS: number;
  readonly opened: number;
  readonly requests: number;
  /** Requests under way. */
  readonly underWay: number;
  readonly good: number;
  readonly failures: Readonly<Record<Failure, number>>;
  readonly probes: number;
  readonly lastError: { readonly at: string; readonly error: string } | null;
}

/** A request under way that wants to hear when its upstream is mistrusted. */
interface Dependent {
  suspect(): void;
}

export class Upstream {
  /** Base address, without a slash at its end. */
  readonly url: string;
  readonly breaker: Breaker;
  /** Requests under way. */
  readonly underWay = new Set<Dependent>();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #failures: Record<Failure, number>;
  #requests = 0;
  #good = 0;
  #probes = 0;
  #lastError: UpstreamState["lastError"] = null;

  constructor(url: string, context: { clock: Clock; log: Log }) {
    this.url = url.replace(/\/+$/, "");
    this.#clock = context.clock;
    this.#log = context.log;
    this.breaker = new Breaker(this.#clock.monotonic());
    const none = Object.keys(failures).map((failure) => [failure, 0]);
    this.#failures = Object.fromEntries(none) as Record<Failure, number>;
  }

  get closed(): boolean {
    return this.breaker.state === "closed";
  }

  /** A request is sent. */
  asked(): void {
    this.#requests++;
  }

  /** A probe begins. */
  probing(): void {
    this.#probes++;
    this.breaker.probing(this.#clock.monotonic());
  }

  succeeded(epoch: number): void {
    this.#good++;
    const wasClosed = this.closed;
    this.breaker.success(epoch, this.#clock.monotonic());
    if (!wasClosed && this.closed)
      this.#log.info({ upstream: this.url }, "an upstream is well again");
  }

  failed(failure: Failure, why: string, epoch: number): void {
    this.#failures[failure]++;
    this.#lastError = { at: isoTime(this.#clock.utc()), error: why.slice(0, LAST_ERROR_LENGTH) };
    if (!this.breaker.failure(failure, epoch, this.#clock.monotonic())) return;
    this.#log.warn({ upstream: this.url, failure, why }, "an upstream is passed over for now");
    for (const dependent of [...this.underWay]) dependent.suspect();
  }

  state(now: MonoMs): UpstreamState {
    const { state, why, since, opened } = this.breaker;
    return {
      url: this.url,
      breaker: state,
      means: breakerStates[state],
      why,
      forS: Math.round((now - since) / 1_000),
      opened,
      requests: this.#requests,
      underWay: this.underWay.size,
      good: this.#good,
      failures: { ...this.#failures },
      probes: this.#probes,
      lastError: this.#lastError,
    };
  }
}

/** What an exchange's error says of the upstream; null: nothing (the fault, or the will, is on this side). */
export function failureOf(error: Error, headCame: boolean): Failure | null {
  switch ((error as Partial<RegistaError>).code) {
    case "http/unreachable":
    case "http/connect-timeout":
      return "unreachable";
    case "http/head-timeout":
      return "silent";
    case "http/idle-timeout":
      return headCame ? "stalled" : "silent";
    case "http/broken":
      return headCame ? "brokeWithin" : "brokeEarly";
    case "http/bad-answer":
      return "nonsense";
    default:
      return null;
  }
}

const statusFailures = new Map<number, Failure>([
  [502, "badGateway"],
  [503, "unavailable"],
  [504, "gatewayTimeout"],
]);

/** What a status says of the upstream; null: nothing bad. */
export const failureOfStatus = (status: number): Failure | null =>
  statusFailures.get(status) ?? null;

/** Whether another upstream is asked after this answer. 508: the way through this one leads back here, another may not. */
export const asksAnother = (status: number): boolean =>
  statusFailures.has(status) || status === 508;
