// From asking to a head that can be delivered: failover, hedge, and one source for each segment.
import { elapsed, ms, type RegistaError } from "#base";
import type { Timer } from "#base/clock";
import type { ReceivedHeaders, ResponseSink } from "#http";
import { edgeErrors } from "../errors.ts";
import type { Wanted } from "../supply.ts";
import { Attempt, nobody } from "./attempt.ts";
import { HeldAnswer } from "./heldAnswer.ts";
import { answerInstead } from "./instead.ts";
import { OVERTAKEN_GRACE_MS } from "./limits.ts";
import type { FetchSurroundings } from "./objectFetch.ts";
import { asksAnother, type Upstream } from "./upstream.ts";

/** How a race ends: in exactly one of these ways, unless it is aborted. */
export interface RaceEnd {
  /** `attempt` has the head; its listener is to be exchanged for the body's. */
  won(attempt: Attempt, status: number, headers: ReceivedHeaders): void;
  /** No upstream's answer can be delivered: `answer` tells one of our own. */
  instead(answer: (to: ResponseSink) => void): void;
  lost(error: Error): void;
}

/** Statuses that bring bytes of the object, or speak of bytes that the asker has: what a source's rule is about. */
const ofTheObject = new Set([200, 203, 206, 304]);

export class HeadRace {
  readonly #wanted: Wanted;
  readonly #around: FetchSurroundings;
  readonly #ending: RaceEnd;
  readonly #tried = new Set<Upstream>();
  readonly #running = new Set<Attempt>();
  #spare: HeldAnswer | null = null;
  #hedgeTimer: Timer | null = null;
  #failure: Error | null = null;
  /** Set when a good answer was refused, because its bytes are another source's. */
  #foreign = false;
  #over = false;

  constructor(wanted: Wanted, around: FetchSurroundings, ending: RaceEnd) {
    this.#wanted = wanted;
    this.#around = around;
    this.#ending = ending;
  }

  start(): void {
    const { choice, clock, hedgeAfterMs } = this.#around;
    const upstream = choice.any(this.#tried, this.#pinned);
    if (!upstream) return; // there is at least one, and none was tried
    this.#ask(upstream, false);
    if (hedgeAfterMs !== null && choice.upstreams.length > 1 && this.#wanted.held !== true)
      this.#hedgeTimer = clock.after(ms(hedgeAfterMs), () => this.#hedge());
  }

  abort(): void {
    this.#over = true;
    this.#hedgeTimer?.cancel();
    for (const attempt of this.#running) attempt.abort();
    this.#running.clear();
    this.#spare?.drop();
    this.#spare = null;
  }

  get #pinned(): Upstream | null {
    const { choice, sources } = this.#around;
    return choice.named(sources.upstreamOf(this.#wanted.source));
  }

  #ask(upstream: Upstream, hedge: boolean): void {
    const { clock, count } = this.#around;
    this.#tried.add(upstream);
    const attempt = new Attempt(upstream, { hedge, clock });
    attempt.listener = {
      ...nobody,
      head: (status, headers) => this.#head(attempt, status, headers),
      fail: (error) => this.#failed(attempt, error),
    };
    attempt.onSuspect = () => this.#suspected(attempt);
    this.#running.add(attempt);
    count("attempts");
    attempt.send(this.#wanted, this.#wanted.headers, this.#around);
  }

  /** A request beyond the first, if the object's budget has one left. */
  #askAnother(upstream: Upstream, why: "failovers" | "hedges"): boolean {
    const { budget, clock, count } = this.#around;
    if (!budget.take(this.#wanted.key, clock.monotonic())) {
      count("budgetSpent");
      return false;
    }
    count(why);
    this.#ask(upstream, why === "hedges");
    return true;
  }

  #hedge(): void {
    const { choice, hedges, count } = this.#around;
    if (this.#over || this.#running.size !== 1) return;
    const upstream = choice.well(this.#tried);
    if (!upstream) return;
    if (hedges.take()) this.#askAnother(upstream, "hedges");
    else count("hedgesSpared");
  }

  /** The upstream's breaker opened while its head is awaited: the next one is asked at once; whoever is first wins. */
  #suspected(attempt: Attempt): void {
    if (this.#over || this.#running.size !== 1 || !this.#running.has(attempt)) return;
    const upstream = this.#around.choice.well(this.#tried);
    if (upstream) this.#askAnother(upstream, "failovers");
  }

  #head(attempt: Attempt, status: number, headers: ReceivedHeaders): void {
    this.#running.delete(attempt);
    if (asksAnother(status)) {
      if (this.#spare?.whole) attempt.abort();
      else this.#spare = new HeldAnswer(attempt, status, headers);
      return this.#goOn();
    }
    if (ofTheObject.has(status) && !this.#accepted(attempt, headers)) {
      attempt.abort();
      this.#foreign = true;
      return this.#goOn();
    }
    this.#finish(attempt);
    if (attempt.hedge) this.#around.count("hedgesWon");
    this.#ending.won(attempt, status, headers);
  }

  #accepted({ upstream }: Attempt, headers: ReceivedHeaders): boolean {
    const { key, target, source } = this.#wanted;
    const etag = headers.get("etag");
    return this.#around.sources.accept(source, { upstream: upstream.url, key, target, etag });
  }

  #failed(attempt: Attempt, error: Error): void {
    this.#running.delete(attempt);
    this.#failure = error;
    this.#goOn();
  }

  /** One attempt less: another one, or the end. */
  #goOn(): void {
    if (this.#running.size > 0) return;
    const { choice } = this.#around;
    // An answer in hand, even a refusal, is worth more than the wait for an upstream that is known to be bad.
    const lastResort = !this.#foreign && !this.#spare?.whole;
    const upstream = lastResort
      ? choice.any(this.#tried, this.#pinned)
      : choice.well(this.#tried, this.#pinned);
    if (upstream && this.#askAnother(upstream, "failovers")) return;
    this.#giveUp();
  }

  #giveUp(): void {
    const spare = this.#spare;
    const { count, id } = this.#around;
    if (this.#foreign) {
      this.#finish(null);
      count("sourceLost");
      const error = edgeErrors.make("source-lost", { edge: id, source: this.#wanted.source ?? "" });
      this.#ending.instead((to) => answerInstead(to, error, this.#wanted.method));
    } else if (spare?.whole) {
      this.#spare = null;
      this.#finish(spare.attempt);
      this.#ending.won(spare.attempt, spare.status, spare.headers);
      spare.release(spare.attempt.listener);
    } else {
      this.#finish(null);
      this.#ending.lost(this.#failure ?? this.#nothing());
    }
  }

  /** All answers were refusals, and too long to be kept. */
  #nothing(): RegistaError {
    return edgeErrors.make("upstream-down", { edge: this.#around.id, why: "no answer was whole." });
  }

  /** `winner` has the head, or nobody: all others end. */
  #finish(winner: Attempt | null): void {
    this.#over = true;
    this.#hedgeTimer?.cancel();
    this.#spare?.drop();
    for (const attempt of this.#running) {
      if (winner?.hedge) this.#overtaken(attempt);
      else attempt.abort();
    }
    this.#running.clear();
  }

  /** It was asked long before, and another answered: it may show that it lives, and is ended either way. */
  #overtaken(attempt: Attempt): void {
    const { clock } = this.#around;
    attempt.listener = { ...nobody, head: () => attempt.abort() };
    attempt.onSuspect = () => undefined;
    const askedAt = attempt.movedAt;
    clock.after(ms(OVERTAKEN_GRACE_MS), () => {
      const silent = Math.round(elapsed(askedAt, clock.monotonic()));
      attempt.giveUp("overtaken", `nothing came for ${silent} ms; another answered meanwhile`);
    });
  }
}
