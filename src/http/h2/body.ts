// A request's body on its way to the handler (RFC 9113 8.1, 6.9): what waits is bounded by the window that the peer was
// given, and the window is given back as the handler reads.
import type { RegistaError } from "#base";

/** What a body asks of its stream. */
export interface BodyOwner {
  /** The handler has begun to read, and not all is there. */
  wanted(): void;
  /** So many bytes were read, or will never be. */
  consumed(bytes: number): void;
}

interface Taker {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(failure: RegistaError): void;
}

const END: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** One body: fed by the stream, iterated (once) by the handler. What a handler leaves unread is dropped. */
export class StreamBody implements AsyncIterable<Uint8Array> {
  readonly #owner: BodyOwner;
  #queue: Uint8Array[] = [];
  #taker: Taker | null = null;
  #wanted = false;
  #dropped = false;
  #complete = false;
  #failure: RegistaError | null = null;

  constructor(owner: BodyOwner) {
    this.#owner = owner;
  }

  /** Whether it broke; what still comes belongs to nothing. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Whether nothing waits for the handler: if the body stands still, the peer is why. */
  get starving(): boolean {
    return this.#queue.length === 0;
  }

  push(bytes: Uint8Array): void {
    if (this.#dropped || this.#failure) this.#owner.consumed(bytes.length);
    else if (this.#taker) {
      const taker = this.#taker;
      this.#taker = null;
      this.#owner.consumed(bytes.length);
      taker.resolve({ done: false, value: bytes });
    } else this.#queue.push(bytes);
  }

  /** All bytes have come. */
  finish(): void {
    this.#complete = true;
    this.#taker?.resolve(END);
    this.#taker = null;
  }

  /** It will not be complete: the handler's iteration throws. */
  fail(failure: RegistaError): void {
    if (this.#complete || this.#failure) return;
    this.#failure = failure;
    this.#forget();
    this.#taker?.reject(failure);
    this.#taker = null;
  }

  #forget(): void {
    for (const bytes of this.#queue) this.#owner.consumed(bytes.length);
    this.#queue = [];
  }

  #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#wanted) {
      this.#wanted = true;
      if (!this.#complete) this.#owner.wanted();
    }
    const bytes = this.#queue.shift();
    if (bytes) {
      this.#owner.consumed(bytes.length);
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
    this.#forget();
    return Promise.resolve(END);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return { next: () => this.#next(), return: () => this.#drop() };
  }
}
