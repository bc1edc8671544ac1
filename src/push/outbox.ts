// Each cue once to each phone of its cohort, some at a time, and again within its life where the push service was busy.
import { type Closable, ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { Delivery } from "./deliver.ts";
import {
  RETRIES_LIMIT,
  RETRY_FIRST_MS,
  RETRY_LOOK_MS,
  ROUNDS_LIMIT,
  SENDS_AT_ONCE,
} from "./limits.ts";
import type { Notification } from "./notification.ts";
import type { Subscription } from "./subscription.ts";

/** One cue on its way to many. */
interface Round {
  readonly notification: Notification;
  /** Monotonic ms after which it is no news. */
  readonly until: number;
  readonly to: readonly Subscription[];
  next: number;
}

/** One notification to one phone that has to be sent again. */
interface Retry {
  readonly round: Round;
  readonly subscription: Subscription;
  readonly tries: number;
  readonly at: number;
}

export interface OutboxOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** How long a notification is worth sending, and is kept by push services, s. */
  readonly ttlS: number;
  readonly send: (to: Subscription, what: Notification, ttlS: number) => Promise<Delivery>;
  /** The push service says that a subscription is no more. */
  readonly gone: (subscription: Subscription) => void;
}

export class Outbox implements Closable {
  readonly counters = { accepted: 0, gone: 0, later: 0, refused: 0, lost: 0 };
  readonly #options: OutboxOptions;
  readonly #rounds: Round[] = [];
  #retries: Retry[] = [];
  #underWay = 0;
  readonly #timer: Timer;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#timer = options.clock.every(ms(RETRY_LOOK_MS), () => this.#pump());
  }

  /** Notifications that are not sent yet. */
  get waiting(): number {
    const left = this.#rounds.reduce((sum, { to, next }) => sum + to.length - next, 0);
    return left + this.#retries.length;
  }

  /** Sends `notification` once to each of `to`. */
  add(notification: Notification, to: readonly Subscription[]): void {
    if (this.#closed || to.length === 0) return;
    const until = this.#options.clock.monotonic() + this.#options.ttlS * 1_000;
    this.#rounds.push({ notification, until, to, next: 0 });
    const oldest = this.#rounds.length > ROUNDS_LIMIT ? this.#rounds.shift() : undefined;
    if (oldest) this.counters.lost += oldest.to.length - oldest.next;
    this.#pump();
  }

  /** Sends no more; what waits is counted as lost. */
  close(): Promise<void> {
    if (!this.#closed) this.counters.lost += this.waiting;
    this.#closed = true;
    this.#timer.cancel();
    this.#rounds.length = 0;
    this.#retries = [];
    return Promise.resolve();
  }

  #pump(): void {
    while (!this.#closed && this.#underWay < SENDS_AT_ONCE) {
      const job = this.#nextRetry() ?? this.#nextOfRounds();
      if (!job) return;
      this.#underWay += 1;
      void this.#send(job).finally(() => {
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }

  #nextRetry(): Retry | null {
    const now = this.#options.clock.monotonic();
    const at = this.#retries.findIndex((retry) => retry.at <= now);
    return at < 0 ? null : (this.#retries.splice(at, 1)[0] ?? null);
  }

  #nextOfRounds(): Retry | null {
    const now = this.#options.clock.monotonic();
    for (;;) {
      const [round] = this.#rounds;
      if (!round) return null;
      const over = now >= round.until;
      if (over) this.counters.lost += round.to.length - round.next;
      const subscription = over ? undefined : round.to[round.next++];
      if (subscription) return { round, subscription, tries: 0, at: now };
      this.#rounds.shift();
    }
  }

  async #send({ round, subscription, tries }: Retry): Promise<void> {
    const { clock, log, send, gone } = this.#options;
    // A service must not keep it for longer than it is news, and 0 would be for phones that are there now only.
    const ttlS = Math.max(1, Math.floor((round.until - clock.monotonic()) / 1_000));
    const { outcome, retryAfterMs, why } = await send(subscription, round.notification, ttlS);
    this.counters[outcome] += 1;
    if (outcome === "gone") gone(subscription);
    if (outcome === "refused") log.warn({ why, ...hostOf(subscription) }, "a push was refused");
    if (outcome !== "later") return;
    log.debug({ why, tries, ...hostOf(subscription) }, "a push is sent again later");
    const at = clock.monotonic() + Math.max(retryAfterMs, RETRY_FIRST_MS * 2 ** tries);
    const hopeless = at >= round.until || this.#retries.length >= RETRIES_LIMIT || this.#closed;
    if (hopeless) this.counters.lost += 1;
    else this.#retries.push({ round, subscription, tries: tries + 1, at });
  }
}

/** The endpoint itself is a secret: who knows it can have things sent there. */
const hostOf = ({ endpoint }: Subscription): { host: string } => ({
  host: URL.parse(endpoint)?.host ?? "",
});
