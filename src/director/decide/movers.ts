// Who moved lately, so that nobody is moved twice in a short time.
import type { MonoMs } from "#base";
import { MOVERS_LIMIT } from "./limits.ts";

/** Remembers each mover for one period at least and two at most. */
export class Movers {
  /** Moves that were not remembered, because too many moved at once. */
  forgotten = 0;
  readonly #periodMs: number;
  #until = -Infinity;
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(periodMs: number) {
    this.#periodMs = periodMs;
  }

  #turn(now: MonoMs): void {
    if (now < this.#until) return;
    this.#old = now < this.#until + this.#periodMs ? this.#young : new Set();
    this.#young = new Set();
    this.#until = now + this.#periodMs;
  }

  add(viewer: string, now: MonoMs): void {
    if (this.#periodMs === 0) return;
    this.#turn(now);
    if (this.#young.size < MOVERS_LIMIT) this.#young.add(viewer);
    else this.forgotten += 1;
  }

  has(viewer: string, now: MonoMs): boolean {
    this.#turn(now);
    return this.#young.has(viewer) || this.#old.has(viewer);
  }
}
