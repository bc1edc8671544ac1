// What a peer may still send before more of it was read (RFC 9113 5.2, 6.9).
import { WINDOW_SHARE } from "./limits.ts";

export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  #credit = 0;

  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  /** Whether the peer may send something. */
  get open(): boolean {
    return this.#left > 0;
  }

  /** Bytes came; false when they were more than was allowed. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** Bytes were read; returns by how much to widen the peer's window now: little by little would cost a frame each. */
  giveBack(bytes: number): number {
    this.#credit += bytes;
    if (this.#credit * WINDOW_SHARE < this.#size) return 0;
    const credit = this.#credit;
    this.#left += credit;
    this.#credit = 0;
    return credit;
  }
}
