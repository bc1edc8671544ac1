// A viewer's questions to the director while it watches: where to go from now on. Nothing waits for the answer; without one
// the last list stands.
import { type Chance, chanceOf, type MonoMs } from "#base";
import type { AnswerHead } from "./answerReader.ts";
import type { EdgeAddress } from "./edgeAddress.ts";
import { Lane, type LaneSink } from "./lane.ts";
import {
  STEERING_BYTES_LIMIT,
  STEERING_JITTER,
  STEERING_PERIOD_LEAST_MS,
  STEERING_PERIOD_MOST_MS,
} from "./limits.ts";
import { type SteeringAnswer, readSteering } from "./pathways.ts";
import type { SteeringOutcome } from "./reasons.ts";
import type { SharedContent } from "./shared.ts";
import type { SteeringOptions, ViewerOptions } from "./types.ts";

/** The viewer as its steering sees it. */
export interface Steered {
  readonly options: Pick<ViewerOptions, "protocol" | "localAddress" | "seed" | "id">;
  readonly shared: SharedContent;
  /** The pathway in use. */
  readonly where: string;
  readonly rates: { readonly bps: number | null };
  /** Takes an answer; false when it names nobody who is known. */
  follow(answer: SteeringAnswer): boolean;
  /** What became of a question, and how long it took. */
  asked(outcome: SteeringOutcome, afterMs: number): void;
}

/** One director's steering document. */
interface Source {
  readonly edge: EdgeAddress;
  url: string;
  /** Path and query. */
  path: string;
  reloadUri: string | null;
}

export class Steering implements LaneSink {
  readonly #viewer: Steered;
  readonly #lane: Lane;
  readonly #field: "HLS" | "DASH";
  readonly #chance: Chance;
  readonly #sources: Source[] = [];
  /** The director that is asked. */
  #source = 0;
  /** Directors in a row that did not answer. */
  #silent = 0;
  #periodMs: number;
  #nextMs: number;
  #askedAt = 0;
  #status = 0;
  #retryAfterS = -1;
  #pieces: Buffer[] = [];
  #length = 0;

  /** Asks from now on; addresses that cannot be used are left out and counted. */
  constructor(viewer: Steered, options: SteeringOptions, now: MonoMs) {
    const { protocol, localAddress, seed, id } = viewer.options;
    this.#viewer = viewer;
    this.#field = protocol === "hls" ? "HLS" : "DASH";
    this.#lane = new Lane(viewer.shared, localAddress);
    this.#chance = chanceOf(Math.imul(seed + 1, 0x9e37_79b1) ^ id);
    for (const url of options.urls) {
      const source = sourceOf(url, viewer.shared);
      if (source) this.#sources.push(source);
      else viewer.asked("unusable", 0);
    }
    this.#periodMs = periodOf(options.ttlS * 1_000);
    this.#nextMs = this.#sources.length > 0 ? now + this.#spread(this.#periodMs) : Infinity;
  }

  /** When it must be looked at again. */
  get due(): number {
    return this.#lane.busy ? this.#lane.due : this.#nextMs;
  }

  tick(now: number): void {
    this.#lane.check(now);
    if (!this.#lane.busy && now >= this.#nextMs) this.#ask(now);
  }

  stop(): void {
    this.#nextMs = Infinity;
    this.#lane.drop();
  }

  head(head: Readonly<AnswerHead>): void {
    this.#status = head.status;
    this.#retryAfterS = head.retryAfterS;
    this.#pieces = [];
    this.#length = 0;
  }

  body(bytes: Buffer, from: number, to: number): void {
    this.#length += to - from;
    if (this.#status !== 200 || this.#length > STEERING_BYTES_LIMIT) return;
    this.#pieces.push(Buffer.from(bytes.subarray(from, to)));
  }

  end(): void {
    const now = this.#viewer.shared.readAt;
    const pieces = this.#pieces;
    this.#pieces = [];
    if (this.#status === 200) return this.#answered(Buffer.concat(pieces).toString("utf8"), now);
    if (this.#status === 410) {
      // rfc8216bis 7.2: not to be asked again while this presentation plays.
      this.#nextMs = Infinity;
      return this.#tell("gone", now);
    }
    if (this.#status !== 429) return this.#next("refused", now);
    const waitMs =
      this.#retryAfterS < 0 ? this.#periodMs : Math.max(this.#retryAfterS * 1_000, this.#periodMs);
    this.#silent = 0;
    // Never earlier than asked for.
    this.#nextMs = now + periodOf(waitMs) * (1 + STEERING_JITTER * this.#chance());
    this.#tell("shed", now);
  }

  failed(): void {
    this.#pieces = [];
    this.#next("silent", this.#viewer.shared.clock.monotonic());
  }

  #answered(text: string, now: number): void {
    const answer = this.#length > STEERING_BYTES_LIMIT ? null : readSteering(text);
    if (!answer) return this.#next("unusable", now);
    this.#silent = 0;
    this.#periodMs = periodOf(answer.TTL * 1_000);
    this.#nextMs = now + this.#spread(this.#periodMs);
    this.#reload(answer["RELOAD-URI"]);
    this.#tell(this.#viewer.follow(answer) ? "answered" : "unusable", now);
  }

  /** The next director, at once; when all have been asked in vain, after a period. */
  #next(outcome: SteeringOutcome, now: number): void {
    this.#silent += 1;
    this.#source = (this.#source + 1) % this.#sources.length;
    const tried = this.#silent >= this.#sources.length;
    if (tried) this.#silent = 0;
    this.#nextMs = tried ? now + this.#spread(this.#periodMs) : now;
    this.#tell(outcome, now);
  }

  #tell(outcome: SteeringOutcome, now: number): void {
    this.#viewer.asked(outcome, Math.max(0, now - this.#askedAt));
  }

  /** RELOAD-URI counts from the address of the answer (rfc8216bis 7.2); the director that gave it is asked there. */
  #reload(reloadUri: string | undefined): void {
    const source = this.#sources[this.#source] as Source;
    if (reloadUri === undefined || reloadUri === source.reloadUri) return;
    if (!URL.canParse(reloadUri, source.url)) return;
    const moved = sourceOf(new URL(reloadUri, source.url).href, this.#viewer.shared);
    if (moved) this.#sources[this.#source] = { ...moved, reloadUri };
  }

  #ask(now: number): void {
    const { edge, path } = this.#sources[this.#source] as Source;
    const { where, rates } = this.#viewer;
    // ETSI TS 103 998 7: a quoted list for DASH.
    const quote = this.#field === "DASH" ? "%22" : "";
    const pathway = `_${this.#field}_pathway=${quote}${encodeURIComponent(where)}${quote}`;
    const throughput =
      rates.bps === null ? "" : `&_${this.#field}_throughput=${Math.round(rates.bps)}`;
    const target = `${path}${path.includes("?") ? "&" : "?"}${pathway}${throughput}`;
    this.#askedAt = now;
    this.#nextMs = Infinity;
    this.#lane.ask({
      edge,
      wire: `GET ${target} HTTP/1.1\r\nHost: ${edge.authority}\r\n\r\n`,
      sink: this,
    });
  }

  #spread(periodMs: number): number {
    return periodMs * (1 - STEERING_JITTER + 2 * STEERING_JITTER * this.#chance());
  }
}

const periodOf = (wantedMs: number): number =>
  Math.min(STEERING_PERIOD_MOST_MS, Math.max(STEERING_PERIOD_LEAST_MS, wantedMs));

/** Null for an address that cannot be used. */
function sourceOf(url: string, shared: SharedContent): Source | null {
  try {
    const { origin, pathname, search } = new URL(url);
    return { edge: shared.edge(origin), url, path: pathname + search, reloadUri: null };
  } catch {
    return null;
  }
}
