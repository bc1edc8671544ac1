// A request's body on its way to the handler, with backpressure on the socket.
import type { RegistaError } from "#base";
import { ChunkDecoder } from "./chunked.ts";
import { refusals } from "./errors.ts";
import type { BodyFraming } from "./requestHead.ts";

/** What a body asks of the connection that it comes from. */
export interface BodySource {
  /** The handler has begun to read: the time for 100-continue (RFC 9110 10.1.1). */
  wanted(): void;
  /** Too much waits; stop reading the socket. */
  pause(): void;
  resume(): void;
}

interface Taker {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(failure: RegistaError): void;
}

const END: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** One body: fed by the connection, iterated (once) by the handler. What a handler leaves unread is dropped. */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #source: BodySource;
  readonly #limits: { bodyBytes: number; bodyQueueBytes: number };
  readonly #decoder: ChunkDecoder | null;
  #left: number;
  #received = 0;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #taker: Taker | null = null;
  #wanted = false;
  #dropped = false;
  #complete: boolean;
  #failure: RegistaError | null = null;

  constructor(
    framing: BodyFraming,
    source: BodySource,
    limits: { bodyBytes: number; bodyQueueBytes: number },
  ) {
    this.#source = source;
    this.#limits = limits;
    this.#left = framing.kind === "length" ? framing.length : 0;
    this.#complete = framing.kind !== "chunked" && this.#left === 0;
    this.#decoder =
      framing.kind === "chunked"
        ? new ChunkDecoder(
            { data: (bytes) => this.#push(bytes), chunkEnd: () => undefined },
            "refused",
          )
        : null;
  }

  /** Whether all bytes of the body have arrived. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether it broke; what still comes belongs to nothing. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Takes what belongs to the body out of `bytes` at `from`; returns the index behind it. Throws a refusal. */
  feed(bytes: Buffer, from: number): number {
    let end: number;
    if (this.#decoder) {
      end = this.#decoder.feed(bytes, from);
      this.#complete = this.#decoder.done;
    } else {
      end = Math.min(bytes.length, from + this.#left);
      this.#left -= end - from;
      this.#complete = this.#left === 0;
      this.#push(bytes.subarray(from, end));
    }
    if (this.#complete) this.#finish();
    return end;
  }

  /** The body will not be complete: the handler's iteration throws. */
  fail(failure: RegistaError): void {
    if (this.#complete || this.#failure) return;
    this.#failure = failure;
    this.#queue = [];
    this.#taker?.reject(failure);
    this.#taker = null;
  }

  #push(bytes: Uint8Array): void {
    this.#received += bytes.length;
    if (this.#received > this.#limits.bodyBytes)
      throw refusals.make("body-too-large", { limit: this.#limits.bodyBytes });
    if (bytes.length === 0 || this.#dropped) return;
    if (this.#taker) {
      this.#taker.resolve({ done: false, value: bytes });
      this.#taker = null;
      return;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued > this.#limits.bodyQueueBytes) this.#source.pause();
  }

  #finish(): void {
    this.#taker?.resolve(END);
    this.#taker = null;
  }

  #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#wanted) {
      this.#wanted = true;
      if (!this.#complete) this.#source.wanted();
    }
    const bytes = this.#queue.shift();
    if (bytes) {
      this.#queued -= bytes.length;
      if (this.#queued === 0) this.#source.resume();
      return Promise.resolve({ done: false, value: bytes });
    }
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#complete || this.#dropped) return Promise.resolve(END);
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  #drop(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#dropped = true;
    this.#queue = [];
    this.#queued = 0;
    this.#source.resume();
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return { next: () => this.#next(), return: () => this.#drop() };
  }
}
