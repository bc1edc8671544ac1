// Who leaves what is over full: the excess and no more, the same viewers however often they ask.
import type { MonoMs } from "#base";
import { SHED_WRAPS_AT } from "./limits.ts";

/**
 * Sheds in rounds. Each viewer has a number from 0 to 1 that never changes; a round picks a band of them as wide as the
 * excess, and lasts until each of them has asked once and its leaving is visible. The next round's band starts where the
 * last one ended: those below have left already.
 */
export class Excess {
  #from = 0;
  #to = 0;
  #until = -Infinity;

  /** Whether the viewer numbered `number` is to leave, while `share` of all that is carried is too much. */
  picks(
    number: number,
    share: number,
    { now, roundMs }: { now: MonoMs; roundMs: number },
  ): boolean {
    if (now >= this.#until) {
      this.#from = this.#to > SHED_WRAPS_AT ? 0 : this.#to;
      this.#to = this.#from + share * (1 - this.#from);
      this.#until = now + roundMs;
    }
    return number >= this.#from && number < this.#to;
  }

  /** It holds less than it did: who has to leave is counted anew, among those who were not picked. */
  hasten(): void {
    this.#until = -Infinity;
  }

  /** It has had room for long: who is on it now has come since. */
  reset(now: MonoMs): void {
    if (now < this.#until) return;
    this.#from = 0;
    this.#to = 0;
  }
}
