// Hop stamps on their way to the collector: batched each second, never waited for.
import { type Closable, ms, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { type Hop, HOPS_PER_MESSAGE_LIMIT, type Hops, PROTOCOL_VERSION } from "#protocol";
import { HOP_DEADLINE_MS, HOP_LAST_DEADLINE_MS, HOP_PERIOD_MS, HOP_QUEUE_LIMIT } from "./limits.ts";

/** Where the stamps go. */
export interface HopReporterOptions {
  /** The base URL of telemetry, to which `/hops` is added; null keeps nothing and sends nothing. */
  url: string | null;
}

/** Stamps so far: handed to the collector, and lost because it was slow, away or refused them. */
export interface HopCounters {
  sent: number;
  dropped: number;
}

/**
 * Sends hop stamps to telemetry, a message a second. Never throws, never waits: a role works the same whether the
 * collector answers, hangs or is dead. Stamps that cannot be handed over are counted in `counters.dropped`; they are not
 * kept for later, since the collector looks at the last ten seconds only.
 */
export class HopReporter implements Closable {
  readonly counters: HopCounters = { sent: 0, dropped: 0 };
  readonly #target: string | null;
  readonly #clock: Clock;
  readonly #log: Log;
  #queue: Hop[] = [];
  #sending: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  #reached = true;
  readonly #abort = new AbortController();
  readonly #stopTicking: () => void;

  constructor(options: HopReporterOptions, context: { clock: Clock; log: Log }) {
    this.#target = options.url === null ? null : `${options.url.replace(/\/+$/, "")}/hops`;
    this.#clock = context.clock;
    this.#log = context.log;
    const timer =
      this.#target === null ? null : this.#clock.every(ms(HOP_PERIOD_MS), () => void this.flush());
    this.#stopTicking = () => timer?.cancel();
  }

  /** Keeps one stamp for the next message. */
  stamp(hop: Hop): void {
    if (this.#target === null) return;
    if (this.#closing || this.#queue.length >= HOP_QUEUE_LIMIT) this.counters.dropped += 1;
    else this.#queue.push(hop);
  }

  /** Sends what waits now. Resolves when it was handed over or lost; a call while one is under way joins it. */
  flush(): Promise<void> {
    this.#sending ??= this.#sendAll(HOP_DEADLINE_MS).finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  /** Sends what waits once more, with a short deadline, then stops. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    this.#stopTicking();
    const cut = this.#clock.after(ms(HOP_LAST_DEADLINE_MS), () => this.#abort.abort());
    await this.#sending;
    await this.#sendAll(HOP_LAST_DEADLINE_MS);
    cut.cancel();
  }

  async #sendAll(deadlineMs: number): Promise<void> {
    if (this.#target === null) return;
    const waiting = this.#queue;
    this.#queue = [];
    for (let at = 0; at < waiting.length; at += HOPS_PER_MESSAGE_LIMIT) {
      const hops = waiting.slice(at, at + HOPS_PER_MESSAGE_LIMIT);
      if (await this.#post(this.#target, { v: PROTOCOL_VERSION, hops }, deadlineMs)) {
        this.counters.sent += hops.length;
        continue;
      }
      this.counters.dropped += waiting.length - at;
      return;
    }
  }

  /** One message; whether the collector took it. The whole answer is read, so that the connection can be used again. */
  async #post(target: string, message: Hops, deadlineMs: number): Promise<boolean> {
    const deadline = new AbortController();
    const timer = this.#clock.after(ms(deadlineMs), () => deadline.abort());
    try {
      const answer = await fetch(target, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(message),
        signal: AbortSignal.any([deadline.signal, this.#abort.signal]),
      });
      await answer.arrayBuffer();
      this.#tell(answer.ok ? null : `it answered ${answer.status}`);
      return answer.ok;
    } catch (failure) {
      this.#tell(deadline.signal.aborted ? `no answer in ${deadlineMs} ms` : sentenceOf(failure));
      return false;
    } finally {
      timer.cancel();
    }
  }

  /** Logs the change, not each message: a dead collector is one line. */
  #tell(problem: string | null): void {
    if ((problem === null) === this.#reached) return;
    this.#reached = problem === null;
    if (problem === null)
      this.#log.info({ target: this.#target }, "telemetry takes hop stamps again");
    else
      this.#log.warn(
        { target: this.#target, problem },
        "telemetry does not take hop stamps; they are counted as dropped",
      );
  }
}
