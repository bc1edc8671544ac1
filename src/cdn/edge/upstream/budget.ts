// The hard cap on requests for one object, whatever goes wrong and however many fetches there are of it.
import type { MonoMs } from "#base";
import { BUDGET_OBJECTS, BUDGET_WINDOW_MS, EXTRA_FETCHES_PER_OBJECT } from "./limits.ts";

interface Spent {
  since: MonoMs;
  extra: number;
}

/**
 * The first request of a fetch is always free: what many ask for together is one fetch, and what must not be shared (a
 * private answer) is a fetch for each. All further ones (failover, hedge, resume) come out of one budget an object. So a
 * thousand fetches of a private object at a dead upstream are a thousand requests and six, not four thousand.
 */
export class FetchBudget {
  readonly #objects = new Map<string, Spent>();

  /** Takes one further request for `key`; false when they are used up. */
  take(key: string, now: MonoMs): boolean {
    let spent = this.#objects.get(key);
    if (spent && now - spent.since >= BUDGET_WINDOW_MS) {
      this.#objects.delete(key);
      spent = undefined;
    }
    if (!spent) {
      spent = { since: now, extra: 0 };
      this.#objects.set(key, spent);
      this.#forgetOldest(now);
    }
    if (spent.extra >= EXTRA_FETCHES_PER_OBJECT) return false;
    spent.extra++;
    return true;
  }

  /** Objects are in the order of their first extra request: the oldest come first. */
  #forgetOldest(now: MonoMs): void {
    for (const [key, { since }] of this.#objects) {
      if (this.#objects.size <= BUDGET_OBJECTS && now - since < BUDGET_WINDOW_MS) return;
      this.#objects.delete(key);
    }
  }
}
