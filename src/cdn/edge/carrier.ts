// Decides how each request for an object is answered: stored, joined to a fetch under way, fetched, or passed through.
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import { answerPreflight, type HttpReply, type HttpRequest, onlyIfCached } from "#http";
import type { HopReporter } from "#telemetry";
import type { Source } from "./cache/cacheStatus.ts";
import { Flights } from "./cache/flights.ts";
import { PassThrough } from "./cache/passThrough.ts";
import { isFresh, mayBeStale } from "./cache/policy.ts";
import { askedOf, isPersonal } from "./cache/requestFields.ts";
import { type ObjectName, type RouteRule, Routes } from "./cache/routes.ts";
import { ObjectCache, type StoredObject } from "./cache/store.ts";
import { Ask } from "./delivery/ask.ts";
import type { Gather } from "./delivery/bodyArena.ts";
import { Shelf } from "./delivery/shelf.ts";
import { answerStored } from "./delivery/storedAnswer.ts";
import { refuse } from "./delivery/waiter.ts";
import { edgeErrors } from "./errors.ts";
import { VIA_LENGTH } from "./limits.ts";
import { Tally } from "./reasons.ts";
import type { Supply } from "./supply.ts";

/** What a carrier stands on. */
export interface CarrierParts {
  readonly id: string;
  readonly supply: Supply;
  readonly cacheBytes: number;
  /** They stand before those of a channel; what none matches is a cache before anybody's origin. */
  readonly routes?: readonly RouteRule[] | undefined;
  /** Where bodies lie. Default: in memory of this thread. */
  readonly gather?: Gather | undefined;
  /** Who keeps the same objects in other threads of this host. */
  readonly others?: OtherTiers | undefined;
  readonly reporter: Pick<HopReporter, "stamp">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Those who keep the same objects, and what they must know. */
export interface OtherTiers {
  /** An object, or a variant of one, made room for others. */
  evicted(variant: string): void;
  invalidated(path: string, query: string): void;
}

export class Carrier {
  readonly tally = new Tally();
  readonly cache: ObjectCache;
  readonly #id: string;
  readonly #clock: Clock;
  readonly #others: OtherTiers | undefined;
  readonly #routes: Routes;
  readonly #flights: Flights;
  readonly #passing: PassThrough;
  readonly #shelf = new Shelf();

  /** Throws `edge/bad-route`. */
  constructor(parts: CarrierParts) {
    const { tally } = this;
    this.#id = parts.id;
    this.#clock = parts.clock;
    this.#routes = new Routes(parts.routes);
    this.#others = parts.others;
    this.cache = new ObjectCache(parts.cacheBytes, (variant) => {
      tally.count("evicted");
      this.#others?.evicted(variant);
    });
    this.#flights = new Flights({
      ...parts,
      cache: this.cache,
      tally,
      answer: (ask, object, source) => this.#answer(ask, object, source),
      again: (ask) => this.#serve(ask, this.#nameOf(ask.request)),
    });
    this.#passing = new PassThrough({
      ...parts,
      tally,
      invalidate: (path, query) => {
        this.invalidate(path, query);
        this.#others?.invalidated(path, query);
      },
    });
  }

  /** Objects on their way from upstream. */
  get transfers(): number {
    return this.#flights.underWay;
  }

  /** Viewers who wait for bytes. */
  get waiters(): number {
    return this.#flights.waiters;
  }

  /** Failures of the upstream that viewers were told, by whatever way. */
  get upstreamErrors(): number {
    const { tally } = this;
    return (
      tally.of("upstreamDown") +
      tally.of("upstreamSlow") +
      tally.of("upstreamBroke") +
      tally.of("upstreamError")
    );
  }

  /** Answers any request for an object. */
  handle(request: HttpRequest, reply: HttpReply): void {
    const via = request.headers.get("via") ?? "";
    if (via.length > VIA_LENGTH || passedBefore(via, this.#id)) {
      this.tally.count("loop");
      return refuse(reply, edgeErrors.make("loop", { edge: this.#id }));
    }
    const name = this.#namedOrRefused(request, reply);
    if (!name) return;
    if (request.method === "GET" || request.method === "HEAD")
      return this.#serve(new Ask(request, reply), name);
    if (request.method === "OPTIONS" && !name.forwards) {
      this.tally.count("own");
      return answerPreflight(reply);
    }
    // TRACE would show a viewer's request to whoever makes it ask (RFC 9110 9.3.8); nobody needs it through an edge.
    if (name.forwards && request.method !== "TRACE") return this.#passing.pass(request, reply);
    this.tally.count("notAllowed");
    refuse(reply, edgeErrors.make("method-not-allowed", { method: request.method }));
  }

  /** Gives up everything under way. */
  close(): void {
    this.#flights.close();
  }

  #nameOf({ path, query }: HttpRequest): ObjectName {
    return this.#routes.name(path, query);
  }

  #namedOrRefused(request: HttpRequest, reply: HttpReply): ObjectName | null {
    const name = this.#nameOf(request);
    if (name.bad === null) return name;
    this.tally.count("badQuery");
    refuse(reply, edgeErrors.make("bad-query", { names: name.bad }));
    return null;
  }

  #serve(ask: Ask, name: ObjectName): void {
    const { request, reply } = ask;
    const variant = this.cache.variant(name.key, request.headers);
    const stored = variant === null ? null : this.cache.find(variant);
    const want = { request, name, variant, stored };
    const source = stored && this.#usable(stored, name, request);
    if (stored && source) {
      this.tally.count(source);
      this.#answer(ask, stored, source);
      if (source === "stale") this.#flights.refresh(want);
      return;
    }
    // Of a request's directives this one alone is followed. The others (RFC 9111 5.2.1 leaves all to the cache) would let any
    // viewer turn each request into one to the origin, or have answers that the origin calls stale.
    if (onlyIfCached(request.headers.get("cache-control"))) {
      this.tally.count("onlyStored");
      return refuse(reply, edgeErrors.make("only-if-cached", { edge: this.#id }));
    }
    this.#flights.ask(ask, want);
  }

  /** As what a stored object may answer without a word from upstream; null: it may not. */
  #usable(stored: StoredObject, name: ObjectName, request: HttpRequest): Source | null {
    const now = this.#clock.monotonic();
    if (isFresh(stored.head, now)) return "hit";
    // What one viewer's own fields would ask about, the others should not wait for, nor see.
    const personal = isPersonal(askedOf(request, name.forwards));
    if (!personal && mayBeStale(stored.head, now, "revalidating")) return "stale";
    const failed = this.#flights.failedLately(stored);
    return failed && mayBeStale(stored.head, now, "error") ? "staleOnError" : null;
  }

  #answer(ask: Ask, object: StoredObject, source: Source): void {
    const now = this.#clock.monotonic();
    answerStored(ask, object, {
      edge: this.#id,
      source,
      now,
      tally: this.tally,
      shelf: this.#shelf,
    });
  }

  /** What is kept under the name of this request, fresh or not. */
  stored(request: HttpRequest): StoredObject | null {
    const variant = this.cache.variant(this.#nameOf(request).key, request.headers);
    return variant === null ? null : this.cache.find(variant);
  }

  /** Forgets what a request has changed (RFC 9111 4.4). */
  invalidate(path: string, query: string): void {
    const { key } = this.#routes.name(path, query);
    if (this.cache.drop(key)) this.tally.count("invalidated");
    this.#flights.invalidate(key);
  }
}

/** Whether `via` names this edge as one that the request came through (RFC 9110 7.6.3). */
const passedBefore = (via: string, id: string): boolean =>
  via !== "" && via.split(",").some((hop) => hop.trim().split(/\s+/)[1] === id);
