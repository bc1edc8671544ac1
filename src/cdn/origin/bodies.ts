// Readers of a growing segment that write it into an answer: the whole of it, or a closed range of its bytes.
import { type BodyStream, contentRange, type HttpReply, type Span, unsatisfiedRange } from "#http";
import type { CmsdStatic } from "#telemetry";
import { headOf } from "./answers.ts";
import type { GrowthReader } from "./growth.ts";
import { VERY_LARGE_POSITION } from "./limits.ts";

/** What an answer says of its object. */
export interface ObjectHead {
  type: string;
  etag: string;
  cmsd: CmsdStatic;
}

/** Everything, one transfer chunk a part. The head goes out with the first part. */
export class WholeBody implements GrowthReader {
  readonly #reply: HttpReply;
  readonly #head: ObjectHead;
  #body: BodyStream | null = null;

  constructor(reply: HttpReply, head: ObjectHead) {
    this.#reply = reply;
    this.#head = head;
  }

  part(_bytes: Uint8Array, frame: Uint8Array): void {
    this.#open().writeFrame(frame);
  }

  complete(): void {
    this.#open().end();
  }

  abandon(): void {
    this.#open().abort();
  }

  #open(): BodyStream {
    this.#body ??= this.#reply.stream(200, headOf({ ...this.#head, lifetime: "media" }));
    return this.#body;
  }
}

/**
 * A closed range, as its bytes come (RFC 9110 14.2). The head waits for the first of them: until then the range may turn
 * out to lie beyond the end. The object's length is not known, so the range that was asked for is promised; when the
 * object ends before it, the answer is broken off, unless the last position was very large and meant "to the end"
 * (RFC 8673).
 */
export class RangeBody implements GrowthReader {
  readonly #reply: HttpReply;
  readonly #head: ObjectHead;
  readonly #span: Span;
  #body: BodyStream | null = null;
  #at = 0;
  #done = false;

  constructor(reply: HttpReply, head: ObjectHead, span: Span) {
    this.#reply = reply;
    this.#head = head;
    this.#span = span;
  }

  part(bytes: Uint8Array): void {
    const from = Math.max(this.#span.first - this.#at, 0);
    const to = Math.min(this.#span.last + 1 - this.#at, bytes.length);
    this.#at += bytes.length;
    if (this.#done || from >= to) return;
    this.#open().write(bytes.subarray(from, to));
    if (this.#at > this.#span.last) this.#finish();
  }

  complete(): void {
    if (this.#done) return;
    if (!this.#body) {
      const more = [["Content-Range", unsatisfiedRange(this.#at)]] as const;
      return this.#reply.send(416, headOf({ ...this.#head, lifetime: "none", more }));
    }
    if (this.#span.last < VERY_LARGE_POSITION) this.abandon();
    else this.#finish();
  }

  abandon(): void {
    if (this.#done) return;
    this.#done = true;
    this.#open().abort();
  }

  #finish(): void {
    this.#done = true;
    this.#open().end();
  }

  #open(): BodyStream {
    if (this.#body) return this.#body;
    const { first, last } = this.#span;
    const range = ["Content-Range", contentRange({ first, last }, null)] as const;
    const length = ["Content-Length", String(last - first + 1)] as const;
    const more = last < VERY_LARGE_POSITION ? [range, length] : [range];
    this.#body = this.#reply.stream(206, headOf({ ...this.#head, lifetime: "media", more }));
    return this.#body;
  }
}
