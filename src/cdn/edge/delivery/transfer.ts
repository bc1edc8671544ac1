// One object on its way from upstream, and everybody who waits for it.
import { concatBytes, type RegistaError } from "#base";
import { frameChunk, unframeChunk } from "#http";
import type { ObjectHead } from "../cache/objectHead.ts";
import type { Piece, Waiter } from "./waiter.ts";

/** The golden ratio's fraction: its multiples spread evenly, so that no viewer is served last twice in a row. */
const TURN = 0.618_033_988_749_895;

/**
 * Gives bytes to all waiters as they arrive; who joins late gets what there is, and then follows. A write to a waiter
 * takes 12–20 µs, so the last of many is served noticeably later than the first: whose turn is first changes with `turn`.
 */
export class Transfer {
  readonly key: string;
  readonly #turn: number;
  readonly #waiters = new Set<Waiter>();
  #order: Waiter[] | null = null;
  #head: ObjectHead | null = null;
  #pieces: Piece[] = [];
  #size = 0;

  /** `number` counts transfers. */
  constructor(key: string, number: number) {
    this.key = key;
    this.#turn = (number * TURN) % 1;
  }

  get head(): ObjectHead | null {
    return this.#head;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  get waiters(): number {
    return this.#waiters.size;
  }

  join(waiter: Waiter): void {
    if (this.#head) {
      waiter.begin(this.#head);
      waiter.catchUp(this.#pieces);
      if (waiter.done) return;
    }
    this.#waiters.add(waiter);
    this.#order = null;
  }

  /** Whether it was there. */
  leave(waiter: Waiter): boolean {
    this.#order = null;
    return this.#waiters.delete(waiter);
  }

  /** Everybody but the one who asked first leaves, to be served in another way. */
  dismissOthers(): Waiter[] {
    const [, ...others] = this.#waiters;
    for (const waiter of others) this.leave(waiter);
    return others;
  }

  begin(head: ObjectHead): void {
    this.#head = head;
    for (const waiter of this.#inTurn()) waiter.begin(head);
    this.#forgetDone();
  }

  more(bytes: Uint8Array): void {
    const framed = this.#head?.length === null;
    const frame = framed ? frameChunk(bytes) : bytes;
    const piece = { at: this.#size, bytes: framed ? unframeChunk(frame) : bytes, frame };
    this.#pieces.push(piece);
    this.#size += bytes.length;
    for (const waiter of this.#inTurn()) waiter.more(piece);
    this.#forgetDone();
  }

  end(): void {
    for (const waiter of this.#inTurn()) waiter.end();
    this.#clear();
  }

  /** Breaks off: every waiter sees it. Returns how many waited. */
  fail(error: RegistaError): number {
    const waiting = this.#waiters.size;
    for (const waiter of this.#inTurn()) waiter.fail(error);
    this.#clear();
    this.#pieces = [];
    return waiting;
  }

  /** All bytes so far, in one array. */
  body(): Uint8Array {
    return concatBytes(this.#pieces.map((piece) => piece.bytes));
  }

  #inTurn(): readonly Waiter[] {
    if (!this.#order) {
      const waiters = [...this.#waiters];
      const first = Math.floor(this.#turn * waiters.length);
      this.#order = [...waiters.slice(first), ...waiters.slice(0, first)];
    }
    return this.#order;
  }

  #forgetDone(): void {
    for (const waiter of this.#inTurn()) if (waiter.done) this.leave(waiter);
  }

  #clear(): void {
    this.#waiters.clear();
    this.#order = null;
  }
}
