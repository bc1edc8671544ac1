// What is asked of cues: the index, and each by its number. The next one is held.
import { ms } from "#base";
import type { Clock } from "#base/clock";
import { type HttpReply, type HttpRequest, noneMatchNames } from "#http";
import { headOf, mediaTypes, refuse } from "../answers.ts";
import { originErrors } from "../errors.ts";
import type { CueLog, KeptCue } from "./cueLog.ts";
import { CUE_HOLD_MS, CUES_HELD_LIMIT } from "./limits.ts";

interface Exchange {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
}

export class CueObjects {
  /** Since the start, but `held`, which are those held now. */
  readonly counters = { held: 0, total: 0, tooMany: 0, inVain: 0 };
  readonly #log: CueLog;
  readonly #source: string;
  readonly #clock: Clock;

  /** `source` names this run in ETags. */
  constructor(log: CueLog, source: string, clock: Clock) {
    this.#log = log;
    this.#source = source;
    this.#clock = clock;
  }

  index({ request, reply }: Exchange): void {
    const { index } = this.#log;
    const etag = `"${this.#source}-cues-${index.oldest}-${index.next}"`;
    const head = headOf({ type: mediaTypes.json, lifetime: "manifest", etag });
    if (noneMatchNames(request.headers.get("if-none-match"), etag)) return reply.send(304, head);
    reply.send(200, head, JSON.stringify(index));
  }

  object(seq: number, exchange: Exchange): void {
    const kept = this.#log.find(seq);
    if (kept) return this.#send(kept, exchange);
    const { oldest, next } = this.#log.index;
    if (seq === next) return this.#hold(seq, exchange);
    if (seq > next) return refuse(exchange.reply, originErrors.make("cue-not-yet", { seq }));
    const gone = originErrors.make("cue-gone", { seq, oldest });
    refuse(exchange.reply, gone, { lifetime: "manifest" });
  }

  #hold(seq: number, exchange: Exchange): void {
    const { counters } = this;
    const { reply } = exchange;
    if (counters.held >= CUES_HELD_LIMIT) {
      counters.tooMany += 1;
      return refuse(reply, originErrors.make("too-many-held", { limit: CUES_HELD_LIMIT }));
    }
    counters.held += 1;
    counters.total += 1;
    const settle = (kept: KeptCue | null): void => {
      release();
      if (kept) return this.#send(kept, exchange);
      counters.inVain += 1;
      refuse(reply, originErrors.make("cue-not-yet", { seq }));
    };
    const leave = this.#log.awaitNext(settle);
    const limit = this.#clock.after(ms(CUE_HOLD_MS), () => settle(null));
    const release = (): void => {
      counters.held -= 1;
      leave();
      limit.cancel();
    };
    reply.onGone(release);
  }

  #send({ cue, body }: KeptCue, { request, reply }: Exchange): void {
    const etag = `"${this.#source}-cue-${cue.seq}"`;
    const head = headOf({ type: mediaTypes.json, lifetime: "media", etag });
    if (noneMatchNames(request.headers.get("if-none-match"), etag)) return reply.send(304, head);
    reply.send(200, head, body);
  }
}
