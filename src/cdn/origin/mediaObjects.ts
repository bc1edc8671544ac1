// Headers, segments and parts (WIRE: resources at origin and edge). The next part and the next segment are waited for;
// anything later is refused, anything older than the window too.
import { type RegistaError } from "#base";
import {
  contentRange,
  type HttpReply,
  type HttpRequest,
  ifRangeHolds,
  noneMatchNames,
  parseRange,
  spanOf,
  unsatisfiedRange,
} from "#http";
import { nextPosition, type Position } from "#media/grid";
import type { Part, PartReader, Track } from "#packager";
import type { MediaObject } from "#protocol";
import type { CmsdStatic } from "#telemetry";
import { headOf, type Lifetime, mediaTypes, refuse } from "./answers.ts";
import { type ObjectHead, RangeBody, WholeBody } from "./bodies.ts";
import { webvttOf } from "./captions.ts";
import { absent, originErrors } from "./errors.ts";
import type { GrowingSegments } from "./growth.ts";
import type { Holds } from "./holds.ts";

/** CMSD `ot` of what a track holds (CTA-5006, CTA-5004). */
const objectTypes = { video: "v", audio: "a", text: "tt" } as const;

/** A request and its answer. */
export interface Exchange {
  request: HttpRequest;
  reply: HttpReply;
}

/** A refusal and how long it may be kept. */
interface Refusal {
  error: RegistaError;
  lifetime: Lifetime;
}

/** An object as a sentence calls it, where it is, and what its head says. */
interface Wanted {
  object: string;
  track: Track;
  segment: number;
  head: ObjectHead;
}

/** Answers for media. */
export class MediaObjects {
  readonly #store: PartReader;
  readonly #holds: Holds;
  readonly #growing: GrowingSegments;
  readonly #node: string;
  readonly #source: string;

  /**
   * `node` is the origin's name. `source` names this run of it: what two sources made is never mixed (ETag, RFC 9110
   * 8.8.3).
   */
  constructor(from: {
    store: PartReader;
    holds: Holds;
    growing: GrowingSegments;
    node: string;
    source: string;
  }) {
    this.#store = from.store;
    this.#holds = from.holds;
    this.#growing = from.growing;
    this.#node = from.node;
    this.#source = from.source;
  }

  /** A rendition's header. It never changes under its name. */
  header(named: { rendition: string; hash: string }, exchange: Exchange): void {
    const track = this.#track(named.rendition);
    if (!track) return refuse(exchange.reply, absent(this.#store, named.rendition));
    if (track.init.hash !== named.hash)
      return refuse(exchange.reply, originErrors.make("unknown-header", named));
    const cmsd = { ot: "i", st: "l", n: this.#node } as const;
    const head = { type: mediaTypes[track.kind], etag: `"${track.init.hash}"`, cmsd };
    sendWhole(exchange, head, [track.init.bytes]);
  }

  /** A segment or a part of one. */
  async media(named: MediaObject, exchange: Exchange): Promise<void> {
    const { rendition, segment, part } = named;
    const track = this.#track(rendition);
    if (!track) return refuse(exchange.reply, absent(this.#store, rendition));
    const name = part === null ? String(segment) : `${segment}.${part}`;
    const head = {
      type: mediaTypes[track.kind],
      etag: `"${this.#source}-${track.init.hash}-${name}"`,
      cmsd: this.#described(track, part),
    };
    const object =
      part === null ? `Segment ${name} of ${rendition}` : `Part ${name} of ${rendition}`;
    const wanted = { object, track, segment, head };
    const refusal = await (part === null
      ? this.#segment(wanted, exchange)
      : this.#part(wanted, part, exchange));
    if (refusal) refuse(exchange.reply, refusal.error, { lifetime: refusal.lifetime });
  }

  /** The WebVTT of a segment of text, when it is complete, or of a part. */
  async captions(named: MediaObject, exchange: Exchange): Promise<void> {
    const { rendition, segment, part } = named;
    const track = this.#track(rendition);
    if (!track) return refuse(exchange.reply, absent(this.#store, rendition));
    if (track.kind !== "text") {
      const { path } = exchange.request;
      const { channel } = this.#store;
      return refuse(exchange.reply, originErrors.make("unknown-path", { path, channel }));
    }
    const name = part === null ? String(segment) : `${segment}.${part}`;
    const object = `WebVTT ${name} of ${rendition}`;
    const head = {
      type: mediaTypes.webvtt,
      etag: `"${this.#source}-${track.init.hash}-${name}-vtt"`,
      cmsd: { ...this.#described(track, part), ot: "c" } as const,
    };
    const wanted = { object, track, segment, head };
    const last = part ?? this.#store.grid.partsPerSegment - 1;
    const refusal =
      this.#unreachable(wanted, { segment, part: part ?? 0 }, part === null ? "segment" : "part") ??
      (await this.#await(wanted, { segment, part: last }, exchange));
    if (refusal) return refuse(exchange.reply, refusal.error, { lifetime: refusal.lifetime });
    const stored = this.#store.parts(rendition, segment);
    const parts = part === null ? stored : stored.slice(part, part + 1);
    const [first] = parts;
    if (!first) {
      const { error, lifetime } = this.#expired(wanted);
      return refuse(exchange.reply, error, { lifetime });
    }
    const text = webvttOf(this.#store.grid, track, parts);
    sendWhole(exchange, availableAt(wanted.head, first), [text]);
  }

  /** The object for whom it may concern on the way. Its availability is known when its first part is there. */
  #described(track: Track, part: number | null): CmsdStatic {
    const { grid } = this.#store;
    return {
      ot: objectTypes[track.kind],
      st: "l",
      br: track.averageBandwidth / 1_000,
      d: part === null ? grid.segmentMs : grid.partMs,
      n: this.#node,
    };
  }

  async #part(wanted: Wanted, part: number, exchange: Exchange): Promise<Refusal | null> {
    const { segment } = wanted;
    const position = { segment, part };
    const missing = this.#unreachable(wanted, position);
    if (missing) return missing;
    const refusal = await this.#await(wanted, position, exchange);
    if (refusal) return refusal;
    const found = this.#store.parts(wanted.track.rendition, segment)[part];
    if (!found) return this.#expired(wanted);
    if (found.gap) return gap(wanted);
    sendWhole(exchange, availableAt(wanted.head, found), [found.bytes]);
    return null;
  }

  async #segment(wanted: Wanted, exchange: Exchange): Promise<Refusal | null> {
    const { segment } = wanted;
    const { rendition } = wanted.track;
    const first = { segment, part: 0 };
    const missing = this.#unreachable(wanted, first, "segment");
    if (missing) return missing;
    const refusal = await this.#await(wanted, first, exchange);
    if (refusal) return refusal;
    const parts = this.#store.parts(rendition, segment);
    if (parts.length === 0) return this.#expired(wanted);
    if (parts.every((part) => part.gap)) return gap(wanted);
    const head = availableAt(wanted.head, parts[0] as Part);
    if (this.#store.isComplete(rendition, segment)) sendWhole(exchange, head, mediaOf(parts));
    else this.#grow({ ...wanted, head }, exchange);
    return null;
  }

  /** Streams a growing segment. Ranges without an end that is known get all of it (WIRE). */
  #grow(wanted: Wanted, { request, reply }: Exchange): void {
    const { head, segment, track } = wanted;
    if (request.method === "HEAD")
      return reply.stream(200, headOf({ ...head, lifetime: "media" })).end();
    const range = rangeOf(request, head.etag);
    const body =
      range?.kind === "closed" ? new RangeBody(reply, head, range) : new WholeBody(reply, head);
    const leave = this.#growing.read(track.rendition, segment, body);
    reply.onGone(leave);
  }

  /** Why an object cannot come: before the window, or later than the next one. Null when it is there or next. */
  #unreachable(
    wanted: Wanted,
    position: Position,
    unit: "part" | "segment" = "part",
  ): Refusal | null {
    const { rendition } = wanted.track;
    const newest = this.#store.newest(rendition);
    const oldest = this.#store.oldestSegment(rendition);
    if (!newest || oldest === null)
      return { error: absent(this.#store, rendition), lifetime: "none" };
    if (position.segment < oldest) return this.#expired(wanted);
    const next =
      unit === "segment"
        ? { segment: newest.segment + 1, part: 0 }
        : nextPosition(this.#store.grid, newest);
    const later =
      position.segment > next.segment ||
      (position.segment === next.segment && position.part > next.part) ||
      position.part >= this.#store.grid.partsPerSegment;
    if (!later) return null;
    return { error: originErrors.make("not-yet", { object: wanted.object }), lifetime: "none" };
  }

  async #await(wanted: Wanted, position: Position, { reply }: Exchange): Promise<Refusal | null> {
    const { rendition } = wanted.track;
    if (this.#store.parts(rendition, position.segment).length > position.part) return null;
    const { object } = wanted;
    const error = await this.#holds.wait({ rendition, ...position, object }, reply);
    return error && { error, lifetime: "none" };
  }

  #expired(wanted: Wanted): Refusal {
    const oldest = this.#store.oldestSegment(wanted.track.rendition) ?? 0;
    return {
      error: originErrors.make("expired", { object: wanted.object, oldest }),
      lifetime: "manifest",
    };
  }

  #track(rendition: string): Track | null {
    return this.#store.tracks().find((track) => track.rendition === rendition) ?? null;
  }
}

const gap = ({ object }: Wanted): Refusal => ({
  error: originErrors.make("gap", { object }),
  lifetime: "gap",
});

const mediaOf = (parts: readonly Part[]): Uint8Array[] =>
  parts.filter((part) => !part.gap).map((part) => part.bytes);

/** The head of an object whose first part is there. */
const availableAt = (head: ObjectHead, first: Part): ObjectHead => ({
  ...head,
  cmsd: { ...head.cmsd, at: first.firstByteAt },
});

const rangeOf = (request: HttpRequest, etag: string): ReturnType<typeof parseRange> =>
  ifRangeHolds(request.headers.get("if-range"), etag)
    ? parseRange(request.headers.get("range"))
    : null;

/** An object that is complete: all of it, a range of it, or word that it has not changed. */
function sendWhole(
  { request, reply }: Exchange,
  head: ObjectHead,
  pieces: readonly Uint8Array[],
): void {
  if (noneMatchNames(request.headers.get("if-none-match"), head.etag))
    return reply.send(304, headOf({ ...head, lifetime: "media" }));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const range = rangeOf(request, head.etag);
  const span = range ? spanOf(range, length) : { first: 0, last: length - 1 };
  if (!span) {
    const more = [["Content-Range", unsatisfiedRange(length)]] as const;
    return reply.send(416, headOf({ ...head, lifetime: "none", more }));
  }
  const size = ["Content-Length", String(span.last - span.first + 1)] as const;
  const partial = range ? [["Content-Range", contentRange(span, length)] as const] : [];
  const more = [["Accept-Ranges", "bytes"] as const, ...partial, size];
  const body = reply.stream(range ? 206 : 200, headOf({ ...head, lifetime: "media", more }));
  // The parts go out as they lie in the store: nothing is copied together.
  let at = 0;
  for (const piece of pieces) {
    const from = Math.max(span.first - at, 0);
    const to = Math.min(span.last + 1 - at, piece.length);
    at += piece.length;
    if (from < to) body.write(piece.subarray(from, to));
  }
  body.end();
}
