// What a viewer asks of an object, read once.
import {
  type ByteRange,
  type Conditions,
  type HttpReply,
  type HttpRequest,
  ifRangeHolds,
  judgeConditions,
  parseRange,
  readConditions,
} from "#http";
import type { ObjectHead } from "../cache/objectHead.ts";

/** One request for an object, with the place to answer it. */
export class Ask {
  readonly request: HttpRequest;
  readonly reply: HttpReply;
  readonly headOnly: boolean;
  readonly #range: ByteRange | null;
  readonly #ifRange: string | undefined;
  readonly #conditions: Conditions | null;

  constructor(request: HttpRequest, reply: HttpReply) {
    this.request = request;
    this.reply = reply;
    this.headOnly = request.method === "HEAD";
    // RFC 9110 14.2: a range is for GET only.
    this.#range = this.headOnly ? null : parseRange(request.headers.get("range"));
    this.#ifRange = request.headers.get("if-range");
    this.#conditions = readConditions(request.headers);
  }

  /** Whether the object itself is wanted, whatever it is: no condition, no range. */
  get plain(): boolean {
    return this.#range === null && this.#conditions === null;
  }

  /** What the viewer's conditions make of the object (RFC 9110 13.2.2: before any range). */
  judge(head: ObjectHead): "holds" | "notModified" | "failed" {
    if (!this.#conditions || head.status !== 200) return "holds"; // RFC 9110 13.2.1
    return judgeConditions(this.#conditions, head);
  }

  /** The range that is to be served of this object; null: all of it. */
  rangeOf(head: ObjectHead): ByteRange | null {
    if (head.status !== 200 || !this.#range) return null;
    return ifRangeHolds(this.#ifRange, head.etag, head) ? this.#range : null;
  }
}
