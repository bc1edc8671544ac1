// Objects on their way from upstream: from the question to the kept object, or to whatever else became of it.
import { type MonoMs, type RegistaError, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { HeaderList, ReceivedHeaders } from "#http";
import type { HopReporter } from "#telemetry";
import type { Ask } from "../delivery/ask.ts";
import type { Gather } from "../delivery/bodyArena.ts";
import { Transfer } from "../delivery/transfer.ts";
import { refuse, Waiter } from "../delivery/waiter.ts";
import { edgeErrors } from "../errors.ts";
import { OBJECT_BYTES, TRANSFERS_LIMIT, UNDER_WAY_BYTES } from "../limits.ts";
import type { Tally } from "../reasons.ts";
import { Stamps } from "../stamps.ts";
import type { Supply, TierHeaders } from "../supply.ts";
import type { Source } from "./cacheStatus.ts";
import { conditionsFor, freshened } from "./freshen.ts";
import { errorOf, type Flight, sourceOf, type Want } from "./flight.ts";
import { ERROR_PAUSE_MS, QUEUED_MS } from "./limits.ts";
import { Joinable } from "./joinable.ts";
import { type Arrival, type ObjectHead, readHead } from "./objectHead.ts";
import { Pace } from "./pace.ts";
import { type Asked, isError, isFresh, mayBeStale } from "./policy.ts";
import { askedOf, fetchFields, isPersonal } from "./requestFields.ts";
import type { ObjectCache, StoredObject } from "./store.ts";
import { Unshared } from "./unshared.ts";
import { selection } from "./vary.ts";

/** What flights stand on. */
export interface FlightParts {
  readonly id: string;
  readonly supply: Supply;
  readonly cache: ObjectCache;
  /** Where bodies lie. */
  readonly gather?: Gather | undefined;
  readonly tally: Tally;
  readonly reporter: Pick<HopReporter, "stamp">;
  readonly clock: Clock;
  readonly log: Log;
  /** Answers a viewer with a stored object. */
  readonly answer: (ask: Ask, object: StoredObject, source: Source) => void;
  /** Decides anew about a viewer who cannot have what another's request brought. */
  readonly again: (ask: Ask) => void;
}

export class Flights {
  readonly #parts: FlightParts;
  readonly #joinable = new Joinable();
  readonly #underWay = new Set<Flight>();
  readonly #pace = new Pace<Ask>();
  readonly #unshared = new Unshared();
  /** When an upstream last failed to say whether a stored object still holds. */
  readonly #failedAt = new WeakMap<StoredObject, MonoMs>();
  #transfers = 0;
  #bytes = 0;

  constructor(parts: FlightParts) {
    this.#parts = parts;
  }

  /** Objects on their way. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Viewers who wait for bytes, or for their turn. */
  get waiters(): number {
    let waiters = this.#pace.queued;
    for (const { transfer } of this.#underWay) waiters += transfer.waiters;
    return waiters;
  }

  /** Whether the upstream failed so lately that it is not asked about this object again. */
  failedLately(stored: StoredObject): boolean {
    const at = this.#failedAt.get(stored);
    return at !== undefined && this.#now() - at < ERROR_PAUSE_MS;
  }

  /** Lets a viewer join the fetch that is under way, or begins one. */
  ask(ask: Ask, want: Want): void {
    const { id, tally } = this.#parts;
    const { name, variant } = want;
    const asked = askedOf(want.request, name.forwards);
    const unshared = variant === null || this.#unshared.holds(name.key, this.#now());
    const alone = unshared || isPersonal(asked);
    const joined = alone ? null : this.#joinable.find(variant, this.#now());
    if (joined) return this.#join(joined, ask, "collapsed");
    if (this.#full()) {
      tally.count("busy");
      return refuse(ask.reply, edgeErrors.make("busy", { edge: id }));
    }
    if (!this.#pace.mayStart(name.key)) {
      if (!this.#pace.wait(name.key, ask, this.#now())) this.#refuseCrowded(ask);
      return;
    }
    const source = sourceOf(want, alone);
    // A HEAD asks for the whole: the object is kept, and everybody who asks next has it. Only where it will not be kept, the
    // head alone is fetched. No HEAD is then ever sent for a kept object, so that RFC 9111 4.3.5 has nothing to act on.
    const method = unshared && ask.headOnly && !want.stored ? "HEAD" : "GET";
    const flight = this.#flight(want, { ...asked, method }, alone);
    this.#join(flight, ask, source);
    this.#send(flight, unshared && !want.stored);
  }

  /** Asks upstream about a stale object, once, without a viewer who waits for the answer (RFC 5861 3). */
  refresh(want: Want): void {
    const { name, variant, stored } = want;
    if (variant === null || this.#joinable.find(variant, this.#now()) || this.#full()) return;
    if (!this.#pace.mayStart(name.key) || (stored && this.failedLately(stored))) return;
    this.#parts.tally.count("refreshed");
    const asked = { ...askedOf(want.request, name.forwards), method: "GET" };
    this.#send(this.#flight(want, asked, false), false);
  }

  /** Nothing that is under way for this object is kept, or joined any more. */
  invalidate(key: string): void {
    for (const flight of this.#underWay) {
      if (flight.name.key !== key) continue;
      flight.invalid = true;
      this.#joinable.close(flight);
    }
  }

  /** Gives up everything under way. */
  close(): void {
    const closing = { edge: this.#parts.id, why: "it is closing." };
    for (const ask of this.#pace.dismissAll())
      refuse(ask.reply, edgeErrors.make("upstream-down", closing));
    for (const flight of this.#underWay) {
      flight.pending?.abort();
      this.#fail(flight, edgeErrors.make("upstream-down", closing));
    }
  }

  #now(): MonoMs {
    return this.#parts.clock.monotonic();
  }

  #full(): boolean {
    return this.#underWay.size >= TRANSFERS_LIMIT || this.#bytes >= UNDER_WAY_BYTES;
  }

  #flight(want: Want, asked: Asked, alone: boolean): Flight {
    const transfer = new Transfer(
      want.variant ?? want.name.key,
      this.#transfers++,
      this.#parts.gather,
    );
    const state = { transfer, asked, alone, attempt: 0, pending: null, invalid: false };
    const flight: Flight = { ...want, ...state };
    this.#underWay.add(flight);
    this.#pace.started(want.name.key);
    this.#joinable.add(flight);
    return flight;
  }

  #join(flight: Flight, ask: Ask, source: Source): void {
    const { id, tally } = this.#parts;
    tally.count(source);
    const { transfer } = flight;
    const waiter = new Waiter(ask, source, { edge: id, tally });
    ask.reply.onGone(() => {
      if (!transfer.leave(waiter)) return;
      tally.count("viewerGone");
      this.#giveUpUnwanted(flight);
    });
    transfer.join(waiter);
  }

  #send(flight: Flight, ownConditions: boolean): void {
    const { id, supply } = this.#parts;
    const { name, request, transfer, stored, asked } = flight;
    const attempt = ++flight.attempt;
    const askedAt = this.#now();
    const conditions: HeaderList = stored ? conditionsFor(stored.head) : [];
    const stamps = Stamps.of(name.target, id, this.#parts);
    const heard = (): boolean => this.#underWay.has(flight) && flight.attempt === attempt;
    const isWhole = (): boolean => transfer.head?.status === 200;
    flight.pending = supply.fetch(
      {
        method: asked.method === "HEAD" ? "HEAD" : "GET",
        target: name.target,
        key: transfer.key,
        headers: fetchFields(request, {
          edge: id,
          forwards: name.forwards,
          ownConditions,
          conditions,
        }),
        source: name.source,
        held: name.held,
      },
      {
        head: (status, headers) => {
          if (heard()) this.#head(flight, { status, headers }, askedAt);
        },
        data: (bytes, chunk) => {
          if (!heard()) return;
          stamps?.data(chunk);
          this.#data(flight, bytes);
        },
        chunkEnd: (chunk) => {
          if (heard() && isWhole()) stamps?.complete(chunk);
        },
        end: () => {
          if (!heard()) return;
          if (isWhole() && transfer.head?.length !== null) stamps?.complete(0);
          this.#ended(flight);
        },
        fail: (error) => {
          if (heard()) this.#broke(flight, error);
        },
      },
    );
  }

  #head(
    flight: Flight,
    answer: { status: number; headers: ReceivedHeaders },
    askedAt: MonoMs,
  ): void {
    const { id, cache, clock, tally } = this.#parts;
    const { status, headers } = answer;
    const { stored, name, asked } = flight;
    const now = this.#now();
    const { tier } = headers as TierHeaders;
    const arrival = { askedAt, receivedAt: now, receivedUtc: clock.utc(), asked, edge: id, tier };
    if (status >= 500) tally.count("upstreamError");
    if (stored && status === 304) return this.#stillHolds(flight, stored, { headers, arrival });
    if (stored && isError(status)) {
      if (mayBeStale(stored.head, now, "error")) return this.#fallBack(flight, stored);
      this.#failedAt.set(stored, now);
    }
    const head = readHead(status, headers, arrival);
    if (head.length !== null && head.length > OBJECT_BYTES) return this.#tooLarge(flight);
    const { unkept, shared } = head.policy;
    // RFC 9111 4.3.3: any other answer takes the stored one's place, also where it is not kept itself. What one viewer's
    // cookies brought says nothing about the others' answer.
    const personal = isPersonal(asked);
    if (unkept !== null && !isError(status) && !personal && flight.variant !== null)
      cache.dropVariant(flight.variant);
    // Where nothing of the viewers goes upstream, all of them select the variant that a request without fields does.
    const others = name.forwards ? this.#othersVariants(flight, head) : [];
    if (!shared) {
      if (!personal) this.#unshared.note(name.key, now);
      others.push(...flight.transfer.dismiss(({ ask }) => ask.request !== flight.request));
    } else if (unkept === null) this.#unshared.forget(name.key);
    if (unkept !== null || !isFresh(head, now)) this.#joinable.close(flight);
    flight.transfer.begin(head);
    for (const { ask } of others) if (!ask.reply.done) this.#parts.again(ask);
    this.#giveUpUnwanted(flight);
  }

  /** The stored object still is the answer (RFC 9111 4.3.3). */
  #stillHolds(
    flight: Flight,
    stored: StoredObject,
    about: { headers: ReceivedHeaders; arrival: Arrival },
  ): void {
    const { cache, tally, answer } = this.#parts;
    const fresh = freshened(stored, about.headers, about.arrival);
    if (!fresh) {
      // RFC 9111 4.3.4: the 304 speaks of another answer. It is asked for without a condition.
      flight.pending?.abort();
      flight.stored = null;
      return this.#send(flight, false);
    }
    tally.count("revalidated");
    if (flight.variant !== null && !flight.invalid) {
      if (fresh.head.policy.unkept === null) cache.keep(flight.name.key, flight.variant, fresh);
      else if (!isPersonal(flight.asked)) cache.dropVariant(flight.variant);
    }
    for (const { ask } of this.#land(flight)) answer(ask, fresh, "revalidated");
  }

  /** The upstream failed, and the stale object may stand in (RFC 5861 4). */
  #fallBack(flight: Flight, stored: StoredObject): void {
    const { tally, answer } = this.#parts;
    this.#failedAt.set(stored, this.#now());
    flight.pending?.abort();
    for (const { ask } of this.#land(flight)) {
      tally.count("staleOnError");
      answer(ask, stored, "staleOnError");
    }
  }

  /** The flight is over before it had bytes of its own: those who waited for it. */
  #land(flight: Flight): Waiter[] {
    const waiters = flight.transfer.dismiss(() => true);
    this.#forget(flight);
    return waiters.filter((waiter) => !waiter.done);
  }

  /** Names the flight by what its answer varies with; those who select another variant leave it (RFC 9111 4.1). */
  #othersVariants(flight: Flight, { policy }: ObjectHead): Waiter[] {
    const { cache } = this.#parts;
    const { transfer, request, name } = flight;
    if (policy.vary === "*") return [];
    const { vary } = policy;
    if (policy.unkept === null) {
      cache.varies(name.key, vary);
      this.#joinable.rename(flight, cache.variant(name.key, request.headers));
    }
    if (vary.length === 0) return [];
    const mine = selection(vary, request.headers);
    return transfer.dismiss(
      ({ ask }) => ask.request !== request && selection(vary, ask.request.headers) !== mine,
    );
  }

  #data(flight: Flight, bytes: Uint8Array): void {
    if (this.#giveUpUnwanted(flight)) return;
    if (flight.transfer.size + bytes.length > OBJECT_BYTES) return this.#tooLarge(flight);
    this.#bytes += bytes.length;
    flight.transfer.more(bytes);
  }

  #ended(flight: Flight): void {
    const { cache, tally } = this.#parts;
    const { transfer, variant, name, invalid } = flight;
    const { head } = transfer;
    const keeps = head !== null && head.policy.unkept === null && variant !== null && !invalid;
    const kept = keeps && cache.keep(name.key, variant, { head, body: transfer.body() });
    tally.count(kept ? "stored" : "notStored");
    this.#forget(flight);
    transfer.end();
  }

  #tooLarge(flight: Flight): void {
    const { id, tally } = this.#parts;
    flight.pending?.abort();
    tally.count("tooLarge");
    this.#fail(flight, edgeErrors.make("object-too-large", { edge: id, limit: OBJECT_BYTES }));
  }

  #broke(flight: Flight, cause: Error): void {
    const { id, tally, log } = this.#parts;
    const { transfer, stored } = flight;
    if (!transfer.head && stored) {
      if (mayBeStale(stored.head, this.#now(), "error")) return this.#fallBack(flight, stored);
      this.#failedAt.set(stored, this.#now());
    }
    const slow = "status" in cause && cause.status === 504;
    if (transfer.head) tally.count("upstreamBroke");
    else tally.count(slow ? "upstreamSlow" : "upstreamDown");
    const facts = { object: transfer.key, bytes: transfer.size, waiters: transfer.waiters };
    log.warn({ ...facts, why: sentenceOf(cause) }, "an object did not come whole from upstream");
    this.#fail(flight, errorOf(cause, { edge: id, slow }));
  }

  #fail(flight: Flight, error: RegistaError): void {
    this.#forget(flight);
    flight.transfer.fail(error);
  }

  /** What is not kept, and nobody waits for any more, is not fetched to its end. */
  #giveUpUnwanted(flight: Flight): boolean {
    const { head, waiters } = flight.transfer;
    if (waiters > 0 || !head || head.policy.unkept === null) return false;
    if (!this.#underWay.has(flight)) return true;
    flight.pending?.abort();
    this.#forget(flight);
    return true;
  }

  #forget(flight: Flight): void {
    this.#joinable.close(flight);
    if (!this.#underWay.delete(flight)) return;
    this.#bytes -= flight.transfer.size;
    const { key } = flight.name;
    this.#pace.ended(key);
    if (this.#pace.queued > 0) queueMicrotask(() => this.#admit(key));
  }

  /** The next who wait, as far as there is room: what ended may be what they wanted. */
  #admit(key: string): void {
    while (this.#pace.mayStart(key)) {
      const next = this.#pace.next(key);
      if (!next) return;
      const { item: ask, since } = next;
      if (ask.reply.done) continue;
      if (this.#now() - since > QUEUED_MS) this.#refuseCrowded(ask);
      else this.#parts.again(ask);
    }
  }

  #refuseCrowded(ask: Ask): void {
    this.#parts.tally.count("crowded");
    refuse(ask.reply, edgeErrors.make("crowded", { edge: this.#parts.id }));
  }
}
