// The host tier's side of one worker: its requests, answered by the tier's carrier.
import type { Clock } from "#base/clock";
import type { MonoMs } from "#base";
import type { HttpReply, HttpRequest } from "#http";
import type { StoredObject } from "../cache/store.ts";
import { currentAgeS } from "../cache/policy.ts";
import { edgeErrors } from "../errors.ts";
import { refuse } from "../delivery/waiter.ts";
import { FieldList } from "./fieldList.ts";
import { ASKS_LIMIT, UNTAKEN_LIMIT } from "./limits.ts";
import type { AskMessage, TierAnswer, TierAsk } from "./messages.ts";
import { PortReply, type ReplyPort } from "./portReply.ts";
import { PulledBody } from "./pulledBody.ts";

/** What a port stands on. */
export interface TierPortParts {
  readonly edge: string;
  readonly clock: Clock;
  /** The tier's carrier. */
  readonly handle: (request: HttpRequest, reply: HttpReply) => void;
  /** What the tier keeps that answers this request. */
  readonly stored: (request: HttpRequest) => StoredObject | null;
  readonly post: (message: TierAnswer) => void;
  /** The worker does not take what it is sent. Called once. */
  readonly hangs: () => void;
}

interface UnderWay {
  readonly request: HttpRequest;
  readonly reply: PortReply;
  readonly body: PulledBody;
}

export class TierPort implements ReplyPort {
  readonly #parts: TierPortParts;
  readonly #underWay = new Map<number, UnderWay>();
  #untaken = 0;
  #lost = false;

  constructor(parts: TierPortParts) {
    this.#parts = parts;
  }

  get untaken(): number {
    return this.#untaken;
  }

  /** Requests under way. */
  get asks(): number {
    return this.#underWay.size;
  }

  /** A message of the worker. */
  heard(message: TierAsk): void {
    if (this.#lost) return;
    if (message.kind === "ask") return this.#ask(message);
    if (message.kind === "taken") {
      this.#untaken -= message.count;
      return;
    }
    const exchange = this.#underWay.get(message.id);
    if (!exchange) return;
    if (message.kind === "body") exchange.body.feed(message.bytes);
    else if (message.kind === "bodyBroke") exchange.body.fail(message.why);
    else this.#abort(message.id, exchange);
  }

  /** The worker has gone, and with it all who waited there. */
  lose(): void {
    this.#lost = true;
    for (const [id, exchange] of this.#underWay) this.#abort(id, exchange);
  }

  post(message: TierAnswer): void {
    if (this.#lost) return;
    if (
      (message.kind === "burst" || message.kind === "broken") &&
      ++this.#untaken > UNTAKEN_LIMIT
    ) {
      // The carrier is about to write to others: those of this worker leave after that.
      queueMicrotask(() => this.lose());
      this.#lost = true;
      return this.#parts.hangs();
    }
    this.#parts.post(message);
  }

  ended(id: number): void {
    this.#underWay.delete(id);
  }

  kept(id: number): { ageS: number; body: Uint8Array; sinceAsked: boolean } | null {
    const request = this.#underWay.get(id)?.request;
    const object = request && this.#parts.stored(request);
    if (!object) return null;
    const ageS = currentAgeS(object.head, this.#parts.clock.monotonic());
    return { ageS, body: object.body, sinceAsked: object.head.receivedAt >= request.receivedAt };
  }

  #ask(message: AskMessage): void {
    const { id } = message;
    const reply = new PortReply(this, message);
    const body = new PulledBody(() => this.post({ kind: "wantsBody", id }));
    const request = requestOf(message, body, this.#parts.clock.monotonic());
    const full = this.#underWay.size >= ASKS_LIMIT;
    this.#underWay.set(id, { request, reply, body });
    if (full) refuse(reply, edgeErrors.make("busy", { edge: this.#parts.edge }));
    else this.#parts.handle(request, reply);
  }

  #abort(id: number, { reply, body }: UnderWay): void {
    this.#underWay.delete(id);
    body.fail("the sender has gone");
    reply.gone();
  }
}

function requestOf(message: AskMessage, body: PulledBody, receivedAt: MonoMs): HttpRequest {
  const { method, target, headers, remoteAddress } = message;
  const mark = target.indexOf("?");
  return {
    method,
    target,
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? "" : target.slice(mark + 1),
    headers: new FieldList(headers),
    remoteAddress,
    receivedAt,
    body,
  };
}
