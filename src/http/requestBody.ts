// A request's body on its way to the handler, with backpressure on the socket.
import type { RegistaError } from "#base";
import { BodyQueue } from "./bodyQueue.ts";
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

/** One body: fed by the connection, iterated (once) by the handler. */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #source: BodySource;
  readonly #limits: { bodyBytes: number; bodyQueueBytes: number };
  readonly #decoder: ChunkDecoder | null;
  readonly #queue: BodyQueue;
  #left: number;
  #received = 0;
  #waiting = 0;
  #paused = false;
  #complete: boolean;

  constructor(
    framing: BodyFraming,
    source: BodySource,
    limits: { bodyBytes: number; bodyQueueBytes: number },
  ) {
    this.#source = source;
    this.#limits = limits;
    this.#left = framing.kind === "length" ? framing.length : 0;
    this.#complete = framing.kind !== "chunked" && this.#left === 0;
    this.#queue = new BodyQueue({
      wanted: () => source.wanted(),
      taken: (bytes) => this.#taken(bytes),
    });
    if (this.#complete) this.#queue.finish();
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
    return this.#queue.failed;
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
    if (this.#complete) this.#queue.finish();
    return end;
  }

  /** The body will not be complete: the handler's iteration throws. */
  fail(failure: RegistaError): void {
    this.#queue.fail(failure);
  }

  #push(bytes: Uint8Array): void {
    this.#received += bytes.length;
    if (this.#received > this.#limits.bodyBytes)
      throw refusals.make("body-too-large", { limit: this.#limits.bodyBytes });
    if (bytes.length === 0) return;
    this.#waiting += bytes.length;
    this.#queue.push(bytes);
    if (this.#waiting <= this.#limits.bodyQueueBytes) return;
    this.#paused = true;
    this.#source.pause();
  }

  #taken(bytes: number): void {
    this.#waiting -= bytes;
    if (!this.#paused || this.#waiting > 0) return;
    this.#paused = false;
    this.#source.resume();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return this.#queue[Symbol.asyncIterator]();
  }
}
