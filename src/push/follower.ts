// Follows one cohort's cues at an edge: each is told when the cohort's gate has released it, and never before.
import { type Closable, ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Log } from "#base/log";
import type { HttpClient, PendingRequest } from "#http";
import { type Cue, cueSchema, cueStreamPath, parseJson } from "#protocol";
import { EventStreamReader, type StreamEvent } from "#viewer/cues";
import {
  NUMBERS_KEPT,
  STREAM_FIRST_WAIT_MS,
  STREAM_LONGEST_WAIT_MS,
  STREAM_SILENCE_MS,
} from "./limits.ts";

export interface FollowerOptions {
  /** Base URLs of edges, the best first. */
  readonly edges: readonly string[];
  readonly channel: string;
  readonly cohort: string;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
  /** Hears of each cue once. */
  readonly released: (cue: Cue) => void;
}

/** What all followers of a role count. */
export interface FollowerCounters {
  /** Cues that were released. */
  cues: number;
  /** Cues that came again, by replay. */
  again: number;
  /** Events that were no cue. */
  malformed: number;
  /** Cues that the edges could not have. */
  missed: number;
  /** Times that a stream ended, however. */
  breaks: number;
}

export class CohortFollower implements Closable {
  readonly #options: FollowerOptions;
  readonly #counters: FollowerCounters;
  readonly #heard = new Set<number>();
  /** The last event's id: from where the next edge goes on. */
  #lastId = "";
  #attempts = 0;
  #asked = 0;
  #pending: PendingRequest | null = null;
  #timer: Timer | null = null;
  #closed = false;

  constructor(options: FollowerOptions, counters: FollowerCounters) {
    this.#options = options;
    this.#counters = counters;
    this.#connect();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#pending?.abort();
    return Promise.resolve();
  }

  #connect(): void {
    const { edges, channel, cohort, client } = this.#options;
    const edge = edges[this.#asked++ % edges.length] ?? "";
    const query = `?cohort=${encodeURIComponent(cohort)}`;
    const text = new TextDecoder();
    const events = new EventStreamReader((event) => this.#event(event));
    let over = false;
    const end = (why: string): void => {
      if (over) return;
      over = true;
      this.#comeBack(edge, why);
    };
    this.#pending = client.request(
      {
        method: "GET",
        url: edge.replace(/\/+$/, "") + cueStreamPath(channel) + query,
        headers: this.#lastId === "" ? [] : [["Last-Event-ID", this.#lastId]],
        idleTimeoutMs: STREAM_SILENCE_MS,
      },
      {
        head: (status) => {
          if (status === 200) return;
          end(`it answered ${status}`);
          this.#pending?.abort();
        },
        data: (bytes) => {
          if (!over) events.take(text.decode(bytes, { stream: true }));
        },
        chunkEnd: () => undefined,
        end: () => end("the stream ended"),
        fail: (failure) => end(failure.message),
      },
    );
  }

  #comeBack(edge: string, why: string): void {
    if (this.#closed) return;
    const { cohort, clock, log } = this.#options;
    this.#counters.breaks += 1;
    const wait = Math.min(STREAM_LONGEST_WAIT_MS, STREAM_FIRST_WAIT_MS * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 10);
    log.info({ edge, cohort, why, wait }, "the cues of a cohort are asked of the next edge");
    this.#timer = clock.after(ms(wait), () => this.#connect());
  }

  #event({ id, event, data }: StreamEvent): void {
    if (this.#closed) return;
    this.#attempts = 0;
    if (/^\d{1,15}$/.test(id)) this.#lastId = id;
    if (event === "lost") {
      this.#counters.missed += 1;
      this.#options.log.warn({ lost: data }, "an edge could not have some cues");
    }
    if (event !== "cue") return;
    const cue = this.#read(data);
    if (!cue) return;
    if (this.#heard.has(cue.seq)) {
      this.#counters.again += 1;
      return;
    }
    this.#heard.add(cue.seq);
    const [oldest] = this.#heard;
    if (this.#heard.size > NUMBERS_KEPT && oldest !== undefined) this.#heard.delete(oldest);
    this.#counters.cues += 1;
    this.#options.released(cue);
  }

  #read(text: string): Cue | null {
    try {
      return parseJson("cue", cueSchema, text);
    } catch (failure) {
      this.#counters.malformed += 1;
      this.#options.log.warn({ err: failure }, "an edge told what is no cue");
      return null;
    }
  }
}
