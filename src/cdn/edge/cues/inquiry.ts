// The edge asks its own carrier, as a viewer would: what it wants is collapsed, held and kept like anybody's.
import { invariant, ms } from "#base";
import type { Clock } from "#base/clock";
import {
  type BodyStream,
  type Burst,
  type HeaderList,
  type HttpReply,
  type HttpRequest,
  unframeChunk,
} from "#http";
import { FieldList } from "../workers/fieldList.ts";
import { ANSWER_MS, CUE_OBJECT_BYTES } from "./limits.ts";

/** What became of a question; status 0: there was no whole answer. */
export interface Told {
  readonly status: number;
  readonly text: string;
}

/** Asks for a path; resolves in any case, and soon after `signal`. */
export type Inquire = (path: string, signal: AbortSignal) => Promise<Told>;

/** Who answers: a carrier. */
type Carry = (request: HttpRequest, reply: HttpReply) => void;

const nothing: Told = { status: 0, text: "" };
const noFields = new FieldList([]);
const noBody: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** A reply that gathers its answer. */
class GatheredReply implements HttpReply {
  readonly #told: (told: Told) => void;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #status = 0;
  #started = false;
  #done = false;
  #listeners: (() => void)[] = [];

  constructor(told: (told: Told) => void) {
    this.#told = told;
  }

  get started(): boolean {
    return this.#started;
  }

  get done(): boolean {
    return this.#done;
  }

  onGone(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Nobody wants it any more. */
  gone(told: Told = nothing): void {
    if (this.#done) return;
    const listeners = this.#listeners;
    this.#end(told);
    for (const listener of listeners) listener();
  }

  send(status: number, _headers: HeaderList, body?: Uint8Array | string): void {
    this.#begin(status);
    if (body !== undefined) this.#more(typeof body === "string" ? Buffer.from(body) : body);
    this.#whole();
  }

  put(burst: Burst): void {
    if (burst.head) this.#begin(burst.head.status);
    for (const piece of burst.pieces) this.#more(piece);
    if (burst.last) this.#whole();
  }

  stream(status: number): BodyStream {
    this.#begin(status);
    return {
      write: (bytes) => this.#more(bytes),
      writeFrame: (frame) => this.#more(unframeChunk(frame)),
      catchUp: (pieces, framed) => {
        for (const piece of pieces) this.#more(framed ? unframeChunk(piece) : piece);
      },
      end: () => this.#whole(),
      abort: () => this.abort(),
      backlog: 0,
    };
  }

  abort(): void {
    this.#end(nothing);
  }

  #begin(status: number): void {
    invariant(!this.#started, "a request is answered once");
    this.#started = true;
    this.#status = status;
  }

  #more(bytes: Uint8Array): void {
    if (this.#done) return;
    this.#bytes += bytes.length;
    // What is so long is no cue, and does not become one by being asked for again.
    if (this.#bytes > CUE_OBJECT_BYTES) this.gone({ status: this.#status, text: "" });
    else this.#pieces.push(bytes);
  }

  #whole(): void {
    this.#end({ status: this.#status, text: Buffer.concat(this.#pieces).toString() });
  }

  #end(told: Told): void {
    if (this.#done) return;
    this.#done = true;
    this.#listeners = [];
    this.#told(told);
  }
}

/** How a carrier is asked. */
export const inquireOf =
  (carry: Carry, clock: Clock): Inquire =>
  (path, signal) =>
    new Promise((resolve) => {
      const reply = new GatheredReply((told) => {
        limit.cancel();
        signal.removeEventListener("abort", leave);
        resolve(told);
      });
      const leave = (): void => reply.gone();
      const limit = clock.after(ms(ANSWER_MS), leave);
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave);
      carry(
        {
          ...{ method: "GET", target: path, path, query: "", headers: noFields },
          ...{ remoteAddress: "", receivedAt: clock.monotonic(), body: noBody },
        },
        reply,
      );
    });
