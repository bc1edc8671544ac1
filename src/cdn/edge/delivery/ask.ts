// What a viewer asks of an object, read once.
import {
  type ByteRange,
  type HttpReply,
  type HttpRequest,
  ifRangeHolds,
  noneMatchNames,
  parseRange,
} from "#http";
import type { ObjectHead } from "../cache/objectHead.ts";
import type { Reason } from "../reasons.ts";

/** How the object was come by; told in Cache-Status (RFC 9211). */
export type Source = Extract<Reason, "hit" | "miss" | "expired" | "collapsed" | "alone">;

/** One request for an object, with the place to answer it. */
export class Ask {
  readonly reply: HttpReply;
  readonly headOnly: boolean;
  readonly #range: ByteRange | null;
  readonly #ifRange: string | undefined;
  readonly #ifNoneMatch: string | undefined;

  constructor(request: HttpRequest, reply: HttpReply) {
    this.reply = reply;
    this.headOnly = request.method === "HEAD";
    // RFC 9110 14.2: a range is for GET only.
    this.#range = this.headOnly ? null : parseRange(request.headers.get("range"));
    this.#ifRange = request.headers.get("if-range");
    this.#ifNoneMatch = request.headers.get("if-none-match");
  }

  /** Whether the viewer has the object already (RFC 9110 13.2.2: before any range). */
  hasAlready(head: ObjectHead): boolean {
    return head.status === 200 && noneMatchNames(this.#ifNoneMatch, head.etag);
  }

  /** The range that is to be served of this object; null: all of it. */
  rangeOf(head: ObjectHead): ByteRange | null {
    if (head.status !== 200 || !this.#range || !ifRangeHolds(this.#ifRange, head.etag)) return null;
    return this.#range;
  }
}

const said: Record<Source, string> = {
  hit: "hit",
  miss: "fwd=uri-miss",
  expired: "fwd=stale",
  collapsed: "fwd=uri-miss; collapsed",
  alone: "fwd=bypass",
};

/** Cache-Status: which edge answered, and from where it had the object. */
export const cacheStatus = (edge: string, source: Source): readonly [string, string] => [
  "Cache-Status",
  `${edge}; ${said[source]}`,
];
