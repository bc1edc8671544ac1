// One thing that can be full: what was measured of it, and what was promised since and is in no measurement yet.
import type { MonoMs } from "#base";
import { hashOf } from "./hash.ts";
import { Excess } from "./excess.ts";
import { PROMISE_SEEN_MS, PROMISE_SLOT_MS, PROMISE_SLOTS, PROMISE_UNSEEN_MS } from "./limits.ts";
import type { Measure } from "./measure.ts";

/** How much of a promise made `age` ms before a measurement is missing in it, 0 to 1. */
const missing = (age: number): number =>
  Math.min(1, Math.max(0, (PROMISE_SEEN_MS - age) / (PROMISE_SEEN_MS - PROMISE_UNSEEN_MS)));

export class Resource {
  readonly id: string;
  /** Its id as a number, so that a viewer's number is another one at each resource. */
  readonly salt: number;
  /** For sentences. */
  name: string;
  /** Infinite until somebody told. */
  capacityMbps = Infinity;
  /** Measured last; where nothing is measured, what this director's own viewers are expected to draw, all directors' alike. */
  usedMbps = 0;
  /** The smaller of the last two: what is seen once alone is a burst. */
  sustainedMbps = 0;
  /** The larger of the last two: a dip between two bursts is no room. */
  busiestMbps = 0;
  up = true;
  /** Whether anybody measures it, and whether anybody said anything of it at all. */
  measured = false;
  heard = false;
  /** What was measured last, whatever is believed since; Mb/s. */
  toldMbps = 0;
  /** Of the last measurement; null: none. */
  toldAt: MonoMs | null = null;
  /** Since when it has been below `backAt`, ms of the monotonic clock; null: it is not. */
  calmSince: number | null;
  /** Who of those on it has to leave when it is over full. */
  readonly excess = new Excess();
  /** Promised by this director and not yet in `usedMbps`. */
  unseenMbps = 0;
  readonly #amounts = new Float64Array(PROMISE_SLOTS);
  readonly #slots = new Float64Array(PROMISE_SLOTS).fill(-1);

  constructor(id: string, name: string, since: number) {
    this.id = id;
    this.salt = hashOf(id);
    this.name = name;
    this.calmSince = since;
  }

  /** What it is believed to carry when `directors` promise like this one, Mb/s. */
  believedMbps(directors: number): number {
    return this.usedMbps + directors * this.unseenMbps;
  }

  /** Takes a measurement of the second before `at`. */
  take(measure: Measure, at: MonoMs): void {
    this.heard = true;
    this.name = measure.name;
    if (measure.capacityMbps < this.capacityMbps) this.excess.hasten();
    this.capacityMbps = measure.capacityMbps;
    this.up = measure.up;
    if (measure.usedMbps === null) {
      this.measured = false;
      return;
    }
    const before = this.measured ? this.usedMbps : measure.usedMbps;
    this.sustainedMbps = Math.min(before, measure.usedMbps);
    this.busiestMbps = Math.max(before, measure.usedMbps);
    this.usedMbps = measure.usedMbps;
    this.toldMbps = measure.usedMbps;
    this.measured = true;
    this.toldAt = at;
    this.#forget(at);
  }

  /**
   * Takes what all viewers known are expected to draw, in place of a measurement; nothing promised before is missing in it.
   * The promises are kept all the same: a measurement that comes next tells of a moment before them.
   */
  assume(mbps: number): void {
    this.sustainedMbps = mbps;
    this.busiestMbps = mbps;
    this.usedMbps = mbps;
    this.unseenMbps = 0;
  }

  /** Notes what is promised from `at` on. */
  promise(mbps: number, at: number): void {
    const slot = Math.floor(at / PROMISE_SLOT_MS);
    const place = slot % PROMISE_SLOTS;
    const before = this.#slots[place] === slot ? (this.#amounts[place] as number) : 0;
    this.#amounts[place] = before + mbps;
    this.#slots[place] = slot;
    this.unseenMbps += mbps;
  }

  #forget(at: MonoMs): void {
    let unseen = 0;
    // Made at any moment of its slot, on average at its middle.
    for (let index = 0; index < PROMISE_SLOTS; index++) {
      const slot = this.#slots[index] as number;
      if (slot < 0) continue;
      const age = at - (slot + 0.5) * PROMISE_SLOT_MS;
      unseen += (this.#amounts[index] as number) * missing(age);
    }
    this.unseenMbps = unseen;
  }

  /** Notes whether it is below `backAt` of its capacity. */
  calm(backAt: number, directors: number, now: number): void {
    if (this.up && this.believedMbps(directors) < backAt * this.capacityMbps)
      this.calmSince ??= now;
    else this.calmSince = null;
  }
}
