// Requests that are held until a part is answerable.
import type { Ms } from "#base";
import type { Clock, Timer } from "#base/clock";

interface Waiter {
  settle(answerable: boolean): void;
}

/** The waiters of one rendition, by part index. */
export class Waiters {
  readonly #clock: Clock;
  readonly #byIndex = new Map<number, Set<Waiter>>();
  #size = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves with what {@link settleThrough} says of `index`; false after `deadline` or on abort. */
  wait(index: number, deadline: Ms, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(false);
      const waiters = this.#byIndex.get(index) ?? new Set<Waiter>();
      let timer: Timer | null = null;
      const giveUp = (): void => waiter.settle(false);
      const waiter: Waiter = {
        settle: (answerable) => {
          if (!waiters.delete(waiter)) return;
          this.#size -= 1;
          if (waiters.size === 0) this.#byIndex.delete(index);
          timer?.cancel();
          signal?.removeEventListener("abort", giveUp);
          resolve(answerable);
        },
      };
      waiters.add(waiter);
      this.#byIndex.set(index, waiters);
      this.#size += 1;
      signal?.addEventListener("abort", giveUp);
      timer = this.#clock.after(deadline, giveUp);
    });
  }

  /** Settles all who wait for a part up to `index`: `answerable` says whether theirs is in the window. */
  settleThrough(index: number, answerable: (index: number) => boolean): void {
    for (const [awaited, waiters] of this.#byIndex) {
      if (awaited > index) continue;
      const answer = answerable(awaited);
      for (const waiter of waiters) waiter.settle(answer);
    }
  }
}
