// A request's body that lies in another thread: each piece is asked for, so that no more than one is on its way.
import { edgeErrors } from "../errors.ts";

interface Taker {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(failure: Error): void;
}

const END: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** Iterated once. */
export class PulledBody implements AsyncIterable<Uint8Array> {
  readonly #pull: () => void;
  #taker: Taker | null = null;
  #over = false;
  #failure: Error | null = null;

  constructor(pull: () => void) {
    this.#pull = pull;
  }

  /** What was asked for; null: the body is complete. */
  feed(bytes: Uint8Array | null): void {
    const taker = this.#taker;
    this.#taker = null;
    if (bytes === null) this.#over = true;
    taker?.resolve(bytes === null ? END : { done: false, value: bytes });
  }

  /** The rest will not come: the iteration throws. */
  fail(why: string): void {
    if (this.#over || this.#failure) return;
    this.#failure = edgeErrors.make("body-broke", { why });
    const taker = this.#taker;
    this.#taker = null;
    taker?.reject(this.#failure);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => {
        if (this.#failure) return Promise.reject(this.#failure);
        if (this.#over) return Promise.resolve(END);
        return new Promise((resolve, reject) => {
          this.#taker = { resolve, reject };
          this.#pull();
        });
      },
      return: () => {
        this.#over = true;
        return Promise.resolve(END);
      },
    };
  }
}
