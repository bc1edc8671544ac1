// Several upstreams as one supply: the best that is well is asked, others when it fails or is late.
import { invariant } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { HeaderList, HttpClient, HttpRequest, PendingRequest, ResponseSink } from "#http";
import { edgeErrors } from "../errors.ts";
import { UPSTREAM_HEAD_MS, UPSTREAM_IDLE_MS } from "../limits.ts";
import { type Supply, type SupplyCounter, supplyCounters, type Wanted } from "../supply.ts";
import { FetchBudget } from "./budget.ts";
import { Choice } from "./choice.ts";
import { HedgeShare } from "./hedge.ts";
import { HEDGE_AFTER_MS } from "./limits.ts";
import { type FetchSurroundings, ObjectFetch } from "./objectFetch.ts";
import { pass } from "./passing.ts";
import { probe } from "./probe.ts";
import { Sources } from "./sources.ts";
import { Upstream, type UpstreamState } from "./upstream.ts";

/** What a supply from upstreams stands on. */
export interface UpstreamsParts {
  /** The edge's name, for its sentences. */
  readonly id: string;
  /** Base addresses, best first: a shield or an origin, then others. At least one. */
  readonly upstreams: readonly string[];
  /** When a second upstream is asked for a head that is late, ms; null: never. Default {@link HEDGE_AFTER_MS}. */
  readonly hedgeAfterMs?: number | null | undefined;
  readonly client: Pick<HttpClient, "request" | "stream">;
  readonly clock: Clock;
  readonly log: Log;
}

export class Upstreams implements Supply {
  readonly #choice: Choice;
  readonly #around: FetchSurroundings;
  readonly #client: UpstreamsParts["client"];
  readonly #underWay = new Set<ObjectFetch>();
  readonly #counters: Record<SupplyCounter, number>;
  #closed = false;

  constructor(parts: UpstreamsParts) {
    const { id, client, clock, upstreams } = parts;
    invariant(upstreams.length > 0, "an edge needs an upstream");
    this.#client = client;
    const none = Object.keys(supplyCounters).map((counter) => [counter, 0]);
    this.#counters = Object.fromEntries(none) as Record<SupplyCounter, number>;
    const count = (counter: SupplyCounter): void => {
      this.#counters[counter]++;
    };
    this.#choice = new Choice(
      upstreams.map((url) => new Upstream(url, parts)),
      count,
    );
    this.#around = {
      id,
      client,
      clock,
      count,
      choice: this.#choice,
      sources: new Sources(),
      hedges: new HedgeShare(),
      budget: new FetchBudget(),
      hedgeAfterMs: parts.hedgeAfterMs === undefined ? HEDGE_AFTER_MS : parts.hedgeAfterMs,
      headTimeoutMs: UPSTREAM_HEAD_MS,
      idleTimeoutMs: UPSTREAM_IDLE_MS,
      over: (fetch) => void this.#underWay.delete(fetch),
    };
  }

  get counters(): Readonly<Record<SupplyCounter, number>> {
    return this.#counters;
  }

  /** Each upstream as it stands, best first. */
  get states(): UpstreamState[] {
    const now = this.#around.clock.monotonic();
    return this.#choice.upstreams.map((upstream) => upstream.state(now));
  }

  fetch(wanted: Wanted, sink: ResponseSink): PendingRequest {
    const fetch = new ObjectFetch(wanted, sink, this.#around);
    this.#underWay.add(fetch);
    if (this.#closed) queueMicrotask(() => fetch.giveUp(this.#closing()));
    else {
      // A probe that is held would look like one that fails.
      if (wanted.held !== true) this.#probe(wanted);
      fetch.start();
    }
    return fetch;
  }

  pass(request: HttpRequest, headers: HeaderList, sink: ResponseSink): PendingRequest {
    this.#around.count("passed");
    const upstream = this.#choice.any(new Set());
    invariant(upstream, "there is an upstream");
    return pass({ request, headers, upstream, client: this.#client }, sink);
  }

  /** Gives up everything under way; the client's owner closes the client. */
  close(): Promise<void> {
    this.#closed = true;
    for (const fetch of this.#underWay) fetch.giveUp(this.#closing());
    return Promise.resolve();
  }

  #closing(): Error {
    return edgeErrors.make("upstream-down", { edge: this.#around.id, why: "it is closing." });
  }

  /** Copies this request to one upstream whose pause is over, if another is well: that one answers it. */
  #probe(wanted: Wanted): void {
    const { clock } = this.#around;
    const now = clock.monotonic();
    for (const upstream of this.#choice.upstreams) {
      if (!upstream.breaker.probeDue(now) || !this.#choice.wellBeside(upstream)) continue;
      return probe(upstream, wanted, this.#around);
    }
  }
}
