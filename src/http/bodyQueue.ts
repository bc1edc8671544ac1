// What came of a request's body and was not read yet, between the connection that feeds it and the handler that
// iterates it, once. HTTP/1.1 and HTTP/2 differ only in how they hold the peer back.
import type { RegistaError } from "#base";

/** What the queue asks of whoever feeds it. */
export interface BodyFeeder {
  /** The handler has begun to read, and not all is there. */
  wanted(): void;
  /** So many bytes that had been pushed were read, or will never be. */
  taken(bytes: number): void;
}

interface Taker {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(failure: RegistaError): void;
}

const END: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** One body's queue. What a handler leaves unread is dropped, and told as taken. */
export class BodyQueue implements AsyncIterable<Uint8Array> {
  readonly #feeder: BodyFeeder;
  #waiting: Uint8Array[] = [];
  #taker: Taker | null = null;
  #wanted = false;
  #dropped = false;
  #complete = false;
  #failure: RegistaError | null = null;

  constructor(feeder: BodyFeeder) {
    this.#feeder = feeder;
  }

  /** Whether the body broke; what still comes belongs to nothing. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Whether nothing waits for the handler: if the body stands still, the peer is why. */
  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  push(bytes: Uint8Array): void {
    if (this.#dropped || this.#failure) this.#feeder.taken(bytes.length);
    else if (this.#taker) {
      const taker = this.#taker;
      this.#taker = null;
      this.#feeder.taken(bytes.length);
      taker.resolve({ done: false, value: bytes });
    } else this.#waiting.push(bytes);
  }

  /** All bytes have come. */
  finish(): void {
    this.#complete = true;
    this.#taker?.resolve(END);
    this.#taker = null;
  }

  /** The body will not be complete: the handler's iteration throws. */
  fail(failure: RegistaError): void {
    if (this.#complete || this.#failure) return;
    this.#failure = failure;
    this.#forget();
    this.#taker?.reject(failure);
    this.#taker = null;
  }

  #forget(): void {
    const bytes = this.#waiting.reduce((sum, each) => sum + each.length, 0);
    this.#waiting = [];
    if (bytes > 0) this.#feeder.taken(bytes);
  }

  #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#wanted) {
      this.#wanted = true;
      if (!this.#complete) this.#feeder.wanted();
    }
    const bytes = this.#waiting.shift();
    if (bytes) {
      this.#feeder.taken(bytes.length);
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
