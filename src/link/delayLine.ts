// One direction of one connection: what enters now comes out when its links say so, in order.
import { ms } from "#base";
import type { Clock, Timer } from "#base/clock";
import type { Link, Way } from "./link.ts";

/** Where things come out. */
export interface Outlet {
  bytes(pieces: readonly Uint8Array[]): void;
  end(): void;
  reset(): void;
}

type Item =
  | { readonly at: number; readonly bytes: Uint8Array }
  | { readonly at: number; readonly sign: "end" | "reset" };

/**
 * Never early. Late by at most 2 ms on an idle machine: timers here have a grain of one millisecond, and one that fires
 * early is set again.
 */
export class DelayLine {
  readonly #links: readonly Link[];
  readonly #way: Way;
  readonly #clock: Clock;
  readonly #outlet: Outlet;
  readonly #notBefore: number;
  readonly #straight: boolean;
  readonly #pieceBytes: number;
  #items: Item[] = [];
  #held = 0;
  #lastAt = 0;
  #timer: Timer | null = null;
  #closed = false;

  /** `notBefore` is the instant before which nothing enters: the connection's set-up (RFC 9293 3.5). */
  constructor(
    path: { links: readonly Link[]; way: Way; notBefore: number },
    clock: Clock,
    outlet: Outlet,
  ) {
    this.#links = path.links;
    this.#way = path.way;
    this.#clock = clock;
    this.#outlet = outlet;
    this.#notBefore = path.notBefore;
    this.#straight = path.links.every((link) => link.straight);
    this.#pieceBytes = Math.min(...path.links.map((link) => link.pieceBytes), Infinity);
  }

  /** Bytes inside. */
  get held(): number {
    return this.#held;
  }

  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    if (this.#straight && this.#items.length === 0) return this.#outlet.bytes([bytes]);
    for (let from = 0; from < bytes.length; from += this.#pieceBytes) {
      const piece = bytes.subarray(from, from + this.#pieceBytes);
      this.#held += piece.length;
      this.#items.push({ at: this.#out(piece.length), bytes: piece });
    }
    this.#arm();
  }

  /** The sender ended, or broke, the connection: told at the other end after what went before. */
  sign(sign: "end" | "reset"): void {
    if (this.#closed) return;
    this.#items.push({ at: this.#out(0), sign });
    if (this.#straight) this.#deliver();
    else this.#arm();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#items = [];
    this.#held = 0;
  }

  /** When `bytes` that enter now come out of the last link; never before what entered earlier. */
  #out(bytes: number): number {
    let at = Math.max(this.#clock.monotonic(), this.#notBefore);
    for (const link of this.#links) at = link.carry(this.#way, at, bytes);
    this.#lastAt = Math.max(this.#lastAt, at);
    return this.#lastAt;
  }

  #arm(): void {
    const first = this.#items[0];
    if (this.#timer || !first) return;
    const wait = Math.max(0, first.at - this.#clock.monotonic());
    this.#timer = this.#clock.after(ms(wait), () => {
      this.#timer = null;
      this.#deliver();
      this.#arm();
    });
  }

  #deliver(): void {
    const now = this.#clock.monotonic();
    const due = this.#items.findIndex((item) => item.at > now);
    const items = this.#items.splice(0, due < 0 ? this.#items.length : due);
    const pieces: Uint8Array[] = [];
    for (const item of items) if ("bytes" in item) pieces.push(item.bytes);
    for (const piece of pieces) this.#held -= piece.length;
    if (pieces.length > 0) this.#outlet.bytes(pieces);
    // Nothing enters after a sign, so it is the last.
    const last = items.at(-1);
    if (last && "sign" in last) this.#outlet[last.sign]();
  }
}
