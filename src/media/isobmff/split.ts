// Cuts a stream of bytes into its top-level boxes.
import { isobmffErrors } from "./errors.ts";
import { type BoxHead, readBoxHead } from "./framing.ts";
import { BOX_BYTES_DEFAULT } from "./limits.ts";

/** A complete top-level box. */
export interface SplitBox {
  readonly fourcc: string;
  /** The whole box, head included: a view of what was pushed when it lay in one piece, else a copy. */
  readonly bytes: Uint8Array;
  /** Where its payload begins: 8 or 16. */
  readonly headerLength: number;
}

const FIRST_CAPACITY = 4_096;

/**
 * Takes bytes as they come and gives the boxes that are complete. Each byte is copied at most a constant number of times,
 * and memory follows the bytes that came, not the sizes that were announced.
 */
export class BoxSplitter {
  readonly #limit: number;
  #held = new Uint8Array(0);
  #length = 0;
  #head: BoxHead | null = null;

  /** `limit`: bytes of the largest box taken. */
  constructor(limit = BOX_BYTES_DEFAULT) {
    this.#limit = limit;
  }

  /** Bytes of a box that is not complete yet. */
  get pending(): number {
    return this.#length;
  }

  /**
   * Takes the next bytes; returns the boxes that they complete. Of no use any more once it has thrown.
   * @throws isobmff/malformed (size 0, size below the head's), isobmff/too-large
   */
  push(bytes: Uint8Array): SplitBox[] {
    const boxes: SplitBox[] = [];
    let at = this.#length > 0 ? this.#finishHeld(bytes, boxes) : 0;
    while (at < bytes.length) {
      const head = this.#checked(readBoxHead(bytes, at));
      if (!head || head.size > bytes.length - at) {
        this.#hold(bytes.subarray(at));
        break;
      }
      const whole = bytes.subarray(at, at + head.size);
      boxes.push({ fourcc: head.fourcc, bytes: whole, headerLength: head.headerLength });
      at += head.size;
    }
    return boxes;
  }

  /** Completes the held box as far as `bytes` go; returns how many of them it took. */
  #finishHeld(bytes: Uint8Array, boxes: SplitBox[]): number {
    let at = 0;
    // A head is 8 bytes, or 16: never more than needed is taken before its size is known.
    while (!this.#head && at < bytes.length) {
      const wanted = (this.#length < 8 ? 8 : 16) - this.#length;
      const piece = bytes.subarray(at, at + wanted);
      this.#hold(piece);
      at += piece.length;
    }
    const head = this.#head;
    if (!head) return at;
    const piece = bytes.subarray(at, at + head.size - this.#length);
    this.#hold(piece);
    at += piece.length;
    if (this.#length < head.size) return at;
    const whole = this.#held.subarray(0, head.size);
    boxes.push({ fourcc: head.fourcc, bytes: whole, headerLength: head.headerLength });
    this.#held = new Uint8Array(0);
    this.#length = 0;
    this.#head = null;
    return at;
  }

  #hold(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#held.length) {
      const doubled = Math.max(length, this.#held.length * 2, FIRST_CAPACITY);
      const larger = new Uint8Array(
        Math.max(length, Math.min(doubled, this.#head?.size ?? doubled)),
      );
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = length;
    this.#head ??= this.#checked(readBoxHead(this.#held.subarray(0, length), 0));
  }

  #checked(head: BoxHead | null): BoxHead | null {
    if (head && head.size > this.#limit) {
      const facts = { box: head.fourcc, size: head.size, limit: this.#limit };
      throw isobmffErrors.make("too-large", facts);
    }
    return head;
  }
}
