// Those who listen to the same: each is one write of the same bytes.
import type { BodyStream } from "#http";
import type { CueTally, ListenerEnd } from "./counters.ts";
import { keepAliveFrame } from "./events.ts";
import { KEEP_ALIVE_TURNS, LISTENER_BACKLOG_BYTES } from "./limits.ts";

/** One listener's stream. */
export interface Listener {
  readonly body: BodyStream;
  /** It is told of numbers from here on. */
  readonly from: number;
}

export class Listeners {
  readonly #all = new Set<Listener>();
  readonly #tally: CueTally;
  readonly #left: () => void;
  #order: Listener[] | null = null;
  #turn = 0;

  /** `left` is called when one was cut. */
  constructor(tally: CueTally, left: () => void) {
    this.#tally = tally;
    this.#left = left;
  }

  get size(): number {
    return this.#all.size;
  }

  add(listener: Listener): void {
    this.#all.add(listener);
    this.#order = null;
  }

  /** Whether it was there. */
  remove(listener: Listener): boolean {
    this.#order = null;
    return this.#all.delete(listener);
  }

  /** Tells all of a number, in turn: a write takes 10–20 µs, and nobody is last each time. */
  tell(frame: Uint8Array, last: number): void {
    const order = this.#inTurn();
    for (const listener of order)
      if (last >= listener.from && this.write(listener, frame)) this.#tally.count("told");
  }

  /** A comment to those whose turn it is. */
  keepAlive(turn: number): void {
    const order = (this.#order ??= [...this.#all]);
    for (let at = turn % KEEP_ALIVE_TURNS; at < order.length; at += KEEP_ALIVE_TURNS)
      this.write(order[at] as Listener, keepAliveFrame);
  }

  /** Whether it could be written; one that takes nothing is cut, and comes back by itself. */
  write(listener: Listener, frame: Uint8Array): boolean {
    const { body } = listener;
    if (body.backlog <= LISTENER_BACKLOG_BYTES) {
      body.writeFrame(frame);
      return true;
    }
    if (!this.remove(listener)) return false;
    this.#tally.ended("slow");
    body.abort();
    this.#left();
    return false;
  }

  /** Ends all streams. */
  end(why: ListenerEnd): void {
    const all = [...this.#all];
    this.#all.clear();
    this.#order = null;
    for (const { body } of all) {
      this.#tally.ended(why);
      body.end();
    }
  }

  #inTurn(): readonly Listener[] {
    const order = (this.#order ??= [...this.#all]);
    if (order.length < 2) return order;
    // The golden ratio's multiples spread evenly.
    const first = Math.floor(((this.#turn++ * 0.618_033_988_749_895) % 1) * order.length);
    return [...order.slice(first), ...order.slice(0, first)];
  }
}
