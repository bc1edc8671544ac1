// Tells directors of this edge, each second. A dead one harms nothing, and nothing of the others.
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpClient } from "#http";
import { type Heartbeat, type HeartbeatAnswer, heartbeatAnswerSchema, parseJson } from "#protocol";
import {
  FAREWELL_MS,
  HEARTBEAT_ANSWER_BYTES,
  HEARTBEAT_MS,
  HEARTBEAT_TIMEOUT_MS,
} from "./limits.ts";

export interface Beats {
  readonly sent: number;
  readonly failed: number;
  /** Answers that were no message of a director. */
  readonly unread: number;
}

/** Of all hearts together; null: there is none. */
export const beatsOf = (hearts: readonly Heart[]): Beats | null =>
  hearts.length === 0
    ? null
    : hearts.reduce(
        (sum, { counters: { sent, failed, unread } }) => ({
          sent: sum.sent + sent,
          failed: sum.failed + failed,
          unread: sum.unread + unread,
        }),
        { sent: 0, failed: 0, unread: 0 },
      );

/** Sends heartbeats to one director; at most one is under way. */
export class Heart implements Closable {
  readonly counters = { sent: 0, failed: 0, unread: 0 };
  readonly #url: string;
  readonly #client: HttpClient;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #read: (draining: boolean) => Heartbeat;
  readonly #told: (answer: HeartbeatAnswer) => void;
  readonly #timer: Timer;
  #beating: Promise<void> | null = null;
  #reached = true;
  #closing: Promise<void> | null = null;

  /** `told` hears what the director answers; nothing, where it answers nothing. */
  constructor(
    directorUrl: string,
    sides: { read: (draining: boolean) => Heartbeat; told: (answer: HeartbeatAnswer) => void },
    context: { client: HttpClient; clock: Clock; log: Log },
  ) {
    this.#url = `${directorUrl.replace(/\/+$/, "")}/heartbeat`;
    this.#read = sides.read;
    this.#told = sides.told;
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
      const { status, body } = await this.#client.fetch({
        method: "POST",
        url: this.#url,
        headers: [["Content-Type", "application/json"]],
        body: Buffer.from(JSON.stringify(this.#read(draining))),
        signal: giveUp.signal,
      });
      this.#tell(status < 300 ? null : `it answered ${status}`);
      if (status === 200 && body.length > 0) this.#hear(body);
    } catch (failure) {
      this.#tell(sentenceOf(failure));
    } finally {
      timer.cancel();
    }
  }

  /** What is no answer of ours is nothing said: what was said before stays. */
  #hear(body: Uint8Array): void {
    try {
      if (body.length > HEARTBEAT_ANSWER_BYTES) throw new Error(`it has ${body.length} bytes`);
      this.#told(
        parseJson("heartbeat answer", heartbeatAnswerSchema, Buffer.from(body).toString()),
      );
    } catch (failure) {
      this.counters.unread++;
      this.#log.debug({ why: sentenceOf(failure) }, "the director's answer is not understood");
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
