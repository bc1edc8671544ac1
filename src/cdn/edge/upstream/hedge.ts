// How many second requests an edge may send because the first are late.
import { HEDGE_BURST, HEDGE_SHARE } from "./limits.ts";

/** A bucket that each object's request fills by a share of a hedge. */
export class HedgeShare {
  #left = HEDGE_BURST;

  /** An object was asked for. */
  asked(): void {
    this.#left = Math.min(HEDGE_BURST, this.#left + HEDGE_SHARE);
  }

  /** Takes a hedge; false when the share is used up. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
