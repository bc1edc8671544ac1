// One request for an object to one upstream; what comes of it is told to the upstream's breaker.
import type { MonoMs } from "#base";
import type { Clock } from "#base/clock";
import type { HeaderList, HttpClient, PendingRequest, ReceivedHeaders, ResponseSink } from "#http";
import type { Wanted } from "../supply.ts";
import type { Failure } from "./breaker.ts";
import { failureOf, failureOfStatus, type Upstream } from "./upstream.ts";

/** What an attempt stands on. */
export interface AttemptParts {
  readonly client: Pick<HttpClient, "request">;
  readonly clock: Clock;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** Hears nothing. */
export const nobody: ResponseSink = {
  head: () => undefined,
  data: () => undefined,
  chunkEnd: () => undefined,
  end: () => undefined,
  fail: () => undefined,
};

/** Tells `listener`, which may be exchanged, until it is over. */
export class Attempt implements ResponseSink {
  readonly upstream: Upstream;
  /** Whether it was sent because another was late. */
  readonly hedge: boolean;
  listener: ResponseSink = nobody;
  /** Called when the upstream's breaker opens. */
  onSuspect: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #epoch: number;
  #pending: PendingRequest | null = null;
  #status = 0;
  #over = false;
  #movedAt: MonoMs;

  constructor(upstream: Upstream, options: { hedge: boolean; clock: Clock }) {
    this.upstream = upstream;
    this.hedge = options.hedge;
    this.#clock = options.clock;
    this.#epoch = upstream.breaker.epoch;
    this.#movedAt = this.#clock.monotonic();
  }

  /** When its last bytes came. */
  get movedAt(): MonoMs {
    return this.#movedAt;
  }

  send(wanted: Pick<Wanted, "method" | "target">, headers: HeaderList, parts: AttemptParts): void {
    this.upstream.asked();
    this.upstream.underWay.add(this);
    const { headTimeoutMs, idleTimeoutMs } = parts;
    const url = this.upstream.url + wanted.target;
    const options = { method: wanted.method, url, headers, headTimeoutMs, idleTimeoutMs };
    this.#pending = parts.client.request(options, this);
  }

  /** Ends it without a word to the breaker or the listener. */
  abort(): void {
    if (this.#finish()) this.#pending?.abort();
  }

  /** Ends it, as a failure of the upstream. */
  giveUp(failure: Failure, why: string): void {
    if (this.#over) return;
    this.abort();
    this.upstream.failed(failure, why, this.#epoch);
  }

  suspect(): void {
    if (!this.#over) this.onSuspect();
  }

  head(status: number, headers: ReceivedHeaders): void {
    if (this.#over) return;
    this.#movedAt = this.#clock.monotonic();
    this.#status = status;
    const failure = failureOfStatus(status);
    if (failure) this.upstream.failed(failure, `it answered ${status}`, this.#epoch);
    this.listener.head(status, headers);
  }

  data(bytes: Uint8Array, chunk: number): void {
    if (this.#over) return;
    this.#movedAt = this.#clock.monotonic();
    this.listener.data(bytes, chunk);
  }

  chunkEnd(chunk: number): void {
    if (!this.#over) this.listener.chunkEnd(chunk);
  }

  end(): void {
    if (!this.#finish()) return;
    if (!failureOfStatus(this.#status)) this.upstream.succeeded(this.#epoch);
    this.listener.end();
  }

  fail(error: Error): void {
    if (!this.#finish()) return;
    const failure = failureOf(error, this.#status > 0);
    if (failure) this.upstream.failed(failure, error.message, this.#epoch);
    this.listener.fail(error);
  }

  /** Whether it was under way. */
  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.upstream.underWay.delete(this);
    return true;
  }
}
