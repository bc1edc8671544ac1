// One object on its way from upstream, and everybody who waits for it.
import type { RegistaError } from "#base";
import type { ObjectHead } from "../cache/objectHead.ts";
import { type Gather, type Gathering, gatherIn, ownMemory } from "./bodyArena.ts";
import type { Waiter } from "./waiter.ts";
import { type Piece, Wave } from "./wave.ts";

/** The golden ratio's fraction: its multiples spread evenly, so that no viewer is served last twice in a row. */
const TURN = 0.618_033_988_749_895;

/**
 * Gives bytes to all waiters as they arrive: what came within one turn is one wave, and each waiter costs one write. Who
 * joins late gets what there is, and then follows. A write takes 10–20 µs, so the last of many is served noticeably later
 * than the first: whose turn is first changes with each object.
 */
export class Transfer {
  readonly key: string;
  readonly #turn: number;
  readonly #gather: Gather;
  readonly #waiters = new Set<Waiter>();
  #order: Waiter[] | null = null;
  #head: ObjectHead | null = null;
  #arena: Gathering | null = null;
  #pieces: Piece[] = [];
  /** How many of the pieces the waiters have. */
  #given = 0;
  #begun = false;
  #ended = false;
  #over = false;
  #due = false;
  /** All that came so far, for those who join now. */
  #soFar: Wave | null = null;

  /** `number` counts transfers; `gather` says where the body lies. */
  constructor(key: string, number: number, gather: Gather = gatherIn(ownMemory)) {
    this.key = key;
    this.#turn = (number * TURN) % 1;
    this.#gather = gather;
  }

  get head(): ObjectHead | null {
    return this.#head;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#arena?.size ?? 0;
  }

  get waiters(): number {
    return this.#waiters.size;
  }

  join(waiter: Waiter): void {
    this.#flush();
    if (this.#head) {
      this.#soFar ??= new Wave(this.#head, {
        begins: true,
        pieces: [...this.#pieces],
        last: this.#ended,
      });
      waiter.take(this.#soFar);
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

  /** Who is to be served in another way leaves, in turn; the one who asked first has number 0. */
  dismiss(goes: (waiter: Waiter, number: number) => boolean): Waiter[] {
    const gone: Waiter[] = [];
    let number = 0;
    for (const waiter of this.#waiters) if (goes(waiter, number++)) gone.push(waiter);
    for (const waiter of gone) this.leave(waiter);
    return gone;
  }

  begin(head: ObjectHead): void {
    this.#head = head;
    this.#arena = this.#gather(head.length);
    this.#soon();
  }

  /** Bytes are copied: the caller may use theirs again. */
  more(bytes: Uint8Array): void {
    if (!this.#arena || bytes.length === 0) return;
    this.#pieces.push({ at: this.#arena.size, bytes: this.#arena.append(bytes) });
    this.#soon();
  }

  end(): void {
    this.#ended = true;
    this.#soon();
  }

  /**
   * Breaks off: every waiter sees it, a sentence where nothing was sent yet, and a broken connection else. Returns how many
   * waited.
   */
  fail(error: RegistaError): number {
    if (this.#begun) this.#flush();
    const waiting = this.#waiters.size;
    for (const waiter of this.#inTurn()) waiter.fail(error);
    this.#leaveAll();
    return waiting;
  }

  /** All bytes so far, in one stretch. */
  body(): Uint8Array {
    return this.#arena?.whole() ?? new Uint8Array();
  }

  #soon(): void {
    this.#soFar = null;
    if (this.#due) return;
    this.#due = true;
    process.nextTick(() => this.#flush());
  }

  /** Gives what came since the last time to all who wait. */
  #flush(): void {
    if (!this.#due || this.#over || !this.#head) return;
    this.#due = false;
    const pieces = this.#pieces.slice(this.#given);
    const wave = new Wave(this.#head, { begins: !this.#begun, pieces, last: this.#ended });
    this.#begun = true;
    this.#given = this.#pieces.length;
    const order = this.#inTurn();
    for (const waiter of order) waiter.take(wave);
    if (this.#ended) return this.#leaveAll();
    for (const waiter of order) if (waiter.done) this.leave(waiter);
  }

  #inTurn(): readonly Waiter[] {
    if (!this.#order) {
      const waiters = [...this.#waiters];
      const first = Math.floor(this.#turn * waiters.length);
      this.#order = [...waiters.slice(first), ...waiters.slice(0, first)];
    }
    return this.#order;
  }

  #leaveAll(): void {
    this.#over = true;
    this.#waiters.clear();
    this.#order = null;
  }
}
