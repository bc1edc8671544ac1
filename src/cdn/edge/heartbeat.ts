// Tells the director of this edge, each second. A dead director harms nothing.
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpClient } from "#http";
import type { Heartbeat } from "#protocol";
import { FAREWELL_MS, HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS } from "./limits.ts";

/** Sends heartbeats; at most one is under way. */
export class Heart implements Closable {
  readonly counters = { sent: 0, failed: 0 };
  readonly #url: string;
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #read: (draining: boolean) => Heartbeat;
  readonly #timer: Timer;
  #beating: Promise<void> | null = null;
  #reached = true;
  #closing: Promise<void> | null = null;

  constructor(
    directorUrl: string,
    read: (draining: boolean) => Heartbeat,
    context: { client: HttpClient; clock: Clock; log: Log },
  ) {
    this.#url = `${directorUrl.replace(/\/+$/, "")}/heartbeat`;
    this.#read = read;
    this.#client = context.client;
    this.#clock = context.clock;
    this.#log = context.log;
    this.#timer = this.#clock.every(ms(HEARTBEAT_MS), () => this.#beat());
    this.#beat();
  }

  #beat(): void {
    this.#beating ??= this.#send(false, HEARTBEAT_TIMEOUT_MS).finally(() => {
      this.#beating = null;
    });
  }

  async #send(draining: boolean, timeoutMs: number): Promise<void> {
    const giveUp = new AbortController();
    const timer = this.#clock.after(ms(timeoutMs), () => giveUp.abort());
    try {
      const { status } = await this.#client.fetch({
        method: "POST",
        url: this.#url,
        headers: [["Content-Type", "application/json"]],
        body: Buffer.from(JSON.stringify(this.#read(draining))),
        signal: giveUp.signal,
      });
      this.#tell(status < 300 ? null : `it answered ${status}`);
    } catch (failure) {
      this.#tell(sentenceOf(failure));
    } finally {
      timer.cancel();
    }
  }

  /** Logs changes only: a dead director is one line. */
  #tell(problem: string | null): void {
    if (problem === null) this.counters.sent++;
    else this.counters.failed++;
    if ((problem === null) === this.#reached) return;
    this.#reached = problem === null;
    if (this.#reached)
      this.#log.info({ director: this.#url }, "the director takes heartbeats again");
    else
      this.#log.warn(
        { director: this.#url, problem },
        "the director does not take heartbeats; viewers are not touched by it",
      );
  }

  /** Stops without a farewell: another process speaks for this edge now. */
  silence(): void {
    this.#timer.cancel();
    this.#closing ??= Promise.resolve(this.#beating ?? undefined);
  }

  /** Stops, and says that this edge takes no more viewers. */
  close(): Promise<void> {
    this.#closing ??= this.#farewell();
    return this.#closing;
  }

  async #farewell(): Promise<void> {
    this.#timer.cancel();
    await this.#send(true, FAREWELL_MS);
    await this.#beating;
  }
}
