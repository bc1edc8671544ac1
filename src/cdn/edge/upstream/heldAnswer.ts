// An error answer that waits while another upstream is asked: if that fails as well, the viewers get it.
import type { ReceivedHeaders, ResponseSink } from "#http";
import type { Attempt } from "./attempt.ts";
import { HELD_ANSWER_BYTES } from "./limits.ts";

type Told = (to: ResponseSink) => void;

/** Gathers what its attempt brings. One that breaks, or grows too large, is of no use any more. */
export class HeldAnswer implements ResponseSink {
  readonly attempt: Attempt;
  readonly status: number;
  readonly headers: ReceivedHeaders;
  #told: Told[] = [];
  #bytes = 0;
  #broken = false;

  constructor(attempt: Attempt, status: number, headers: ReceivedHeaders) {
    this.attempt = attempt;
    this.status = status;
    this.headers = headers;
    attempt.listener = this;
  }

  /** Whether it can still be given. */
  get whole(): boolean {
    return !this.#broken;
  }

  /** Tells `to` what came after the head so far; `to` hears the rest as it comes. */
  release(to: ResponseSink): void {
    this.attempt.listener = to;
    for (const tell of this.#told) tell(to);
    this.#told = [];
  }

  drop(): void {
    this.attempt.abort();
    this.#told = [];
  }

  head(): void {
    // It came before this answer was held.
  }

  data(bytes: Uint8Array, chunk: number): void {
    this.#bytes += bytes.length;
    this.#told.push((to) => to.data(bytes, chunk));
    if (this.#bytes <= HELD_ANSWER_BYTES) return;
    this.#broken = true;
    this.drop();
  }

  chunkEnd(chunk: number): void {
    this.#told.push((to) => to.chunkEnd(chunk));
  }

  end(): void {
    this.#told.push((to) => to.end());
  }

  fail(): void {
    this.#broken = true;
    this.#told = [];
  }
}
