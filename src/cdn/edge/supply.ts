// What stands above a carrier: whoever gives it objects that it does not have.
import type { Closable } from "#base";
import type { HeaderList, HttpRequest, PendingRequest, ResponseSink } from "#http";

/** What a carrier wants from farther up. */
export interface Wanted {
  readonly method: "GET" | "HEAD";
  /** Path and query as they go upstream. */
  readonly target: string;
  /** Name of the object in the cache, variants included: one budget of fetches for each. */
  readonly key: string;
  /** Fields to send, Via and conditions included; without Host. */
  readonly headers: HeaderList;
  /** Objects with the same source name come from one upstream (a segment and its parts); null: any. */
  readonly source: string | null;
  /** Whether its origin may hold the request for long: then lateness says nothing about an upstream. */
  readonly held?: boolean;
}

/** What a supply counts, one row each: feeds /status, /metrics and the docs. */
export const supplyCounters = {
  wanted: "Objects that were asked of the supply.",
  passed: "Requests that are not cached, passed through once.",
  attempts: "Requests sent upstream, the first of each object included.",
  retries: "Further requests for an object to an upstream that it had been asked of.",
  failovers: "Further requests for an object to another upstream, because one failed.",
  hedges: "Second requests for an object whose head was late, to another upstream.",
  hedgesWon: "Hedges whose answer came first.",
  hedgesSpared: "Hedges that were due and not sent: their share of requests was used up.",
  resumes: "Bodies that broke and were taken up again under the same strong ETag.",
  resumesRefused: "Bodies that broke and could not be taken up again.",
  refusedByBreaker: "Times an upstream was passed over because its breaker was open.",
  leastBad: "Times an upstream was asked although its breaker was open: all of them were.",
  sourceLost:
    "Objects refused because the upstream of their source is gone and another's bytes differ.",
  budgetSpent: "Objects given up because their fetches were used up.",
  failed: "Objects that no upstream gave whole.",
} as const;
export type SupplyCounter = keyof typeof supplyCounters;
export type SupplyCounters = Readonly<Record<SupplyCounter, number>>;

/**
 * What another tier of the same edge says beside the fields of its answer: to the outside both are one hop, so that the nearer
 * one repeats it in place of its own view.
 */
export interface TierHeaders {
  readonly tier?: {
    /** Its Cache-Status; null where it had none to say. */
    readonly cacheStatus: string | null;
    /** The answer's age now, s, where it is known better than the Age field tells, in whole seconds. */
    readonly ageS: number | null;
  };
}

/**
 * Where a carrier gets objects from. A resumed or failed-over fetch looks like one unbroken answer; a body that broke and
 * cannot be resumed under the same strong ETag is told by `fail`. The sink is never called inside `fetch` or `pass` itself,
 * and not at all after an abort.
 */
export interface Supply extends Closable {
  fetch(wanted: Wanted, sink: ResponseSink): PendingRequest;
  /**
   * Sends a request that is not cached (POST, PUT, DELETE, PATCH …) through, its body streamed, to one upstream: no hedge,
   * no retry. `headers` are the fields to send, without Host and framing.
   */
  pass(request: HttpRequest, headers: HeaderList, sink: ResponseSink): PendingRequest;
  readonly counters: SupplyCounters;
}
