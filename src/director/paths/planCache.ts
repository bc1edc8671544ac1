// Plans by home, in two generations: what was not asked for while one filled is forgotten.
import type { PathPlan } from "./path.ts";

interface Kept {
  readonly plan: PathPlan;
  /** The state of the network that it was made in. */
  readonly madeAt: number;
}

export class PlanCache {
  readonly #limit: number;
  readonly counters = { plansMade: 0 };
  #young = new Map<string, Kept>();
  #old = new Map<string, Kept>();

  /** `limit`: plans kept at most; the latest half of them always. */
  constructor(limit: number) {
    this.#limit = Math.max(1, Math.ceil(limit / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The plan under `key` when it is no older than `since`; else a new one. */
  take(
    key: string,
    { since, now }: { since: number; now: number },
    make: () => PathPlan,
  ): PathPlan {
    const young = this.#young.get(key);
    if (young && young.madeAt >= since) return young.plan;
    const old = this.#old.get(key);
    const kept = old && old.madeAt >= since ? old : this.#made(now, make);
    this.#old.delete(key);
    if (!young && this.#young.size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, kept);
    return kept.plan;
  }

  #made(now: number, make: () => PathPlan): Kept {
    this.counters.plansMade += 1;
    return { plan: make(), madeAt: now };
  }
}
