// Cues on the last hop: GET /{channel}/cues/live, answered by the edge itself, in this thread.
import { type Closable, ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import { answerPreflight, type HttpReply, type HttpRequest } from "#http";
import { refuse } from "../delivery/waiter.ts";
import { edgeErrors } from "../errors.ts";
import type { Tally } from "../reasons.ts";
import { CueChannel } from "./channel.ts";
import { type CohortFigures, type CueFigures, CueTally } from "./counters.ts";
import { retryFrame, streamFields } from "./events.ts";
import { type Inquire, inquireOf } from "./inquiry.ts";
import {
  CHANNELS_LIMIT,
  KEEP_ALIVE_MS,
  KEEP_ALIVE_TURNS,
  LISTENERS_LIMIT,
  RETRY_MS,
} from "./limits.ts";
import { wishOf } from "./query.ts";
import { type Release, Releases } from "./releases.ts";

export interface CueHubParts {
  /** The edge's name. */
  readonly id: string;
  /** Asks the edge's carrier. */
  readonly carry: (request: HttpRequest, reply: HttpReply) => void;
  /** Counts answers. */
  readonly reasons: Tally;
  readonly clock: Clock;
  readonly log: Log;
}

export class CueHub implements Closable {
  readonly #parts: CueHubParts;
  readonly #inquire: Inquire;
  readonly #tally = new CueTally();
  readonly #releases = new Releases();
  readonly #channels = new Map<string, CueChannel>();
  readonly #comments: Timer;
  #turn = 0;
  #draining = false;

  constructor(parts: CueHubParts) {
    this.#parts = parts;
    this.#inquire = inquireOf(parts.carry, parts.clock);
    const period = ms(KEEP_ALIVE_MS / KEEP_ALIVE_TURNS);
    this.#comments = parts.clock.every(period, () => {
      this.#turn += 1;
      for (const channel of this.#channels.values()) channel.keepAlive(this.#turn);
    });
  }

  /** Answers a request for the stream of `channel`. */
  handle(channel: string, request: HttpRequest, reply: HttpReply): void {
    const { method, query, headers } = request;
    const { reasons } = this.#parts;
    if (method === "OPTIONS") {
      reasons.count("own");
      return answerPreflight(reply);
    }
    if (method !== "GET" && method !== "HEAD") {
      reasons.count("notAllowed");
      return refuse(reply, edgeErrors.make("method-not-allowed", { method }));
    }
    reasons.count("own");
    const wish = wishOf(query, headers);
    if ("bad" in wish) {
      this.#tally.ended("badQuery");
      return refuse(reply, edgeErrors.make("bad-cue-query", { name: wish.bad }));
    }
    if (method === "HEAD") return reply.send(200, streamFields);
    if (this.#draining) return this.#elsewhere(reply);
    const followed = this.#channels.get(channel) ?? this.#follow(channel);
    if (!followed?.hasRoomFor(wish.cohort) || this.#listeners >= LISTENERS_LIMIT) {
      this.#tally.ended("crowded");
      return refuse(reply, edgeErrors.make("cues-crowded", { edge: this.#parts.id }));
    }
    followed.join(wish, reply);
  }

  /** What the director says of cohorts. */
  release(releases: readonly Release[]): void {
    this.#releases.hear(releases);
    for (const channel of this.#channels.values()) channel.look();
  }

  get figures(): CueFigures {
    const cohorts: Record<string, CohortFigures> = {};
    for (const [cohort, released] of this.#tally.released)
      cohorts[cohort] = { listeners: 0, waiting: 0, released };
    for (const channel of this.#channels.values())
      for (const [cohort, { listeners, waiting }] of channel.cohorts()) {
        const figures = (cohorts[cohort] ??= { listeners: 0, waiting: 0, released: 0 });
        figures.listeners += listeners;
        figures.waiting += waiting;
      }
    return {
      counts: { ...this.#tally.counts },
      ends: { ...this.#tally.ends },
      listeners: this.#listeners,
      channels: this.#channels.size,
      cohorts,
    };
  }

  /** Another process takes over: streams end, so that their listeners go there. */
  drain(): void {
    this.#draining = true;
    for (const channel of this.#channels.values()) channel.end();
  }

  close(): Promise<void> {
    this.#draining = true;
    this.#comments.cancel();
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
    return Promise.resolve();
  }

  get #listeners(): number {
    let count = 0;
    for (const { listeners } of this.#channels.values()) count += listeners;
    return count;
  }

  /** Null: as many are followed as may be. */
  #follow(name: string): CueChannel | null {
    if (this.#channels.size >= CHANNELS_LIMIT) return null;
    const { clock, log } = this.#parts;
    const channel = new CueChannel({
      ...{ channel: name, clock, log },
      inquire: this.#inquire,
      releases: this.#releases,
      tally: this.#tally,
      over: (gone) => {
        gone.close();
        if (this.#channels.get(name) === gone) this.#channels.delete(name);
      },
    });
    this.#channels.set(name, channel);
    return channel;
  }

  /** An answer that is no 200 would end an EventSource for good. */
  #elsewhere(reply: HttpReply): void {
    this.#tally.ended("closing");
    const body = reply.stream(200, streamFields);
    body.catchUp([retryFrame(RETRY_MS.least)], true);
    body.end();
  }
}
