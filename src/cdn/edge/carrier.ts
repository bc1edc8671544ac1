// Decides how each request for an object is answered: stored, joined to a fetch under way, or fetched.
import { type RegistaError, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpClient, HttpReply, HttpRequest, PendingRequest } from "#http";
import type { HopReporter } from "#telemetry";
import { Ask, type Source } from "./delivery/ask.ts";
import { ObjectCache } from "./cache/store.ts";
import { edgeErrors } from "./errors.ts";
import { objectKey } from "./cache/key.ts";
import {
  OBJECT_BYTES,
  TRANSFERS_LIMIT,
  UNDER_WAY_BYTES,
  UPSTREAM_HEAD_MS,
  UPSTREAM_IDLE_MS,
  VIA_LENGTH,
} from "./limits.ts";
import { readHead } from "./cache/objectHead.ts";
import { Tally } from "./reasons.ts";
import { Stamps } from "./stamps.ts";
import { answerStored } from "./delivery/storedAnswer.ts";
import { Transfer } from "./delivery/transfer.ts";
import { refuse, Waiter } from "./delivery/waiter.ts";

/** What a carrier stands on. */
export interface CarrierParts {
  readonly id: string;
  /** Base address, without a slash at its end. */
  readonly upstream: string;
  readonly cacheBytes: number;
  readonly client: HttpClient;
  readonly reporter: Pick<HopReporter, "stamp">;
  readonly clock: Clock;
  readonly log: Log;
}

export class Carrier {
  readonly tally = new Tally();
  readonly cache: ObjectCache;
  readonly #parts: CarrierParts;
  /** Those that a new request may join. */
  readonly #joinable = new Map<string, Transfer>();
  readonly #underWay = new Map<Transfer, PendingRequest>();
  #transfers = 0;
  #bytes = 0;

  constructor(parts: CarrierParts) {
    this.#parts = parts;
    this.cache = new ObjectCache(parts.cacheBytes, () => this.tally.count("evicted"));
  }

  /** Objects on their way from upstream. */
  get transfers(): number {
    return this.#underWay.size;
  }

  /** Viewers who wait for bytes. */
  get waiters(): number {
    let waiters = 0;
    for (const transfer of this.#underWay.keys()) waiters += transfer.waiters;
    return waiters;
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

  /** Answers a GET or HEAD. */
  handle(request: HttpRequest, reply: HttpReply): void {
    const { id, clock } = this.#parts;
    const via = request.headers.get("via") ?? "";
    if (via.length > VIA_LENGTH || passedBefore(via, id)) {
      this.tally.count("loop");
      return refuse(reply, edgeErrors.make("loop", { edge: id }));
    }
    const key = objectKey(request.path, request.query);
    const ask = new Ask(request, reply);
    const now = clock.monotonic();
    const found = this.cache.find(key, now);
    if (found && found !== "expired") {
      this.tally.count("hit");
      return answerStored(ask, found, { edge: id, now, tally: this.tally });
    }
    const transfer = this.#joinable.get(key);
    if (transfer) return this.#join(transfer, ask, "collapsed");
    this.#fetch(key, via, ask, found === "expired" ? "expired" : "miss");
  }

  /** Gives up everything under way. */
  close(): void {
    for (const [transfer, pending] of this.#underWay) {
      pending.abort();
      this.#failed(
        transfer,
        edgeErrors.make("upstream-down", { edge: this.#parts.id, why: "it is closing." }),
      );
    }
  }

  #join(transfer: Transfer, ask: Ask, source: Source): void {
    this.tally.count(source);
    this.#follow(transfer, new Waiter(ask, source, { edge: this.#parts.id, tally: this.tally }));
  }

  #follow(transfer: Transfer, waiter: Waiter): void {
    waiter.ask.reply.onGone(() => {
      if (transfer.leave(waiter)) this.tally.count("viewerGone");
    });
    transfer.join(waiter);
  }

  #fetch(key: string, via: string, ask: Ask, source: Source): void {
    const { id } = this.#parts;
    if (this.#underWay.size >= TRANSFERS_LIMIT || this.#bytes >= UNDER_WAY_BYTES) {
      this.tally.count("busy");
      return refuse(ask.reply, edgeErrors.make("busy", { edge: id }));
    }
    const transfer = new Transfer(key, this.#transfers++);
    if (source !== "alone") this.#joinable.set(key, transfer);
    this.#join(transfer, ask, source);
    this.#begin(transfer, via);
  }

  #begin(transfer: Transfer, via: string): void {
    const { client, upstream, id } = this.#parts;
    const { key } = transfer;
    const stamps = Stamps.of(key, id, this.#parts);
    const pending = client.request(
      {
        method: "GET",
        url: upstream + key,
        // RFC 9110 7.6.3. Nothing of the viewer's own fields goes upstream: the answer must not depend on who asked first.
        headers: [["Via", via === "" ? `1.1 ${id}` : `${via}, 1.1 ${id}`]],
        headTimeoutMs: UPSTREAM_HEAD_MS,
        idleTimeoutMs: UPSTREAM_IDLE_MS,
      },
      {
        head: (status, headers) =>
          this.#head(transfer, via, readHead(status, headers, this.#parts.clock.monotonic())),
        data: (bytes, chunk) => {
          if (!this.#underWay.has(transfer)) return;
          stamps?.data(chunk);
          this.#data(transfer, bytes);
        },
        chunkEnd: (chunk) => {
          if (transfer.head?.status === 200) stamps?.complete(chunk);
        },
        end: () => {
          if (transfer.head?.status === 200 && transfer.head.length !== null) stamps?.complete(0);
          this.#ended(transfer);
        },
        fail: (error) => this.#upstreamFailed(transfer, error),
      },
    );
    this.#underWay.set(transfer, pending);
  }

  #head(transfer: Transfer, via: string, head: ReturnType<typeof readHead>): void {
    if (head.status >= 500) this.tally.count("upstreamError");
    if (head.length !== null && head.length > OBJECT_BYTES) return this.#tooLarge(transfer);
    // What must not be kept is for those who wait already; what is private, for the one who asked first.
    if (head.freshMs === 0 && this.#joinable.get(transfer.key) === transfer)
      this.#joinable.delete(transfer.key);
    const others = head.private ? transfer.dismissOthers() : [];
    transfer.begin(head);
    for (const { ask } of others) if (!ask.reply.done) this.#fetch(transfer.key, via, ask, "alone");
  }

  #data(transfer: Transfer, bytes: Uint8Array): void {
    if (transfer.size + bytes.length > OBJECT_BYTES) return this.#tooLarge(transfer);
    this.#bytes += bytes.length;
    transfer.more(bytes);
  }

  #ended(transfer: Transfer): void {
    if (!this.#forget(transfer)) return;
    const { head } = transfer;
    const now = this.#parts.clock.monotonic();
    const kept =
      head !== null &&
      head.freshMs > 0 &&
      this.cache.keep(transfer.key, { head, body: transfer.body() }, now);
    this.tally.count(kept ? "stored" : "notStored");
    transfer.end();
  }

  #tooLarge(transfer: Transfer): void {
    this.#underWay.get(transfer)?.abort();
    this.tally.count("tooLarge");
    this.#failed(
      transfer,
      edgeErrors.make("object-too-large", { edge: this.#parts.id, limit: OBJECT_BYTES }),
    );
  }

  #upstreamFailed(transfer: Transfer, cause: Error): void {
    if (!this.#underWay.has(transfer)) return;
    const facts = { edge: this.#parts.id, why: cause.message };
    const slow = "status" in cause && cause.status === 504;
    if (transfer.head) this.tally.count("upstreamBroke");
    else this.tally.count(slow ? "upstreamSlow" : "upstreamDown");
    this.#parts.log.warn(
      {
        object: transfer.key,
        bytes: transfer.size,
        waiters: transfer.waiters,
        why: sentenceOf(cause),
      },
      "an object did not come whole from upstream",
    );
    this.#failed(transfer, edgeErrors.make(slow ? "upstream-slow" : "upstream-down", facts, cause));
  }

  #failed(transfer: Transfer, error: RegistaError): void {
    if (this.#forget(transfer)) transfer.fail(error);
  }

  /** Whether it was under way. */
  #forget(transfer: Transfer): boolean {
    if (this.#joinable.get(transfer.key) === transfer) this.#joinable.delete(transfer.key);
    if (!this.#underWay.delete(transfer)) return false;
    this.#bytes -= transfer.size;
    return true;
  }
}

/** Whether `via` names this edge as one that the request came through (RFC 9110 7.6.3). */
const passedBefore = (via: string, id: string): boolean =>
  via !== "" && via.split(",").some((hop) => hop.trim().split(/\s+/)[1] === id);
