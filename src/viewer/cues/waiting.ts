// Cues whose frame is still to come, the next one first.
import type { Cue } from "./cue.ts";
import { WAITING_LIMIT } from "./limits.ts";

/** By media time, then by number. */
const before = (one: Cue, other: Cue): boolean =>
  one.mediaTimeMs < other.mediaTimeMs ||
  (one.mediaTimeMs === other.mediaTimeMs && one.seq < other.seq);

/** At most {@link WAITING_LIMIT} cues in the order in which they fall due. */
export class WaitingCues {
  #cues: Cue[] = [];

  get size(): number {
    return this.#cues.length;
  }

  /** Adds a cue; returns the oldest, taken out, when they have become too many. */
  add(cue: Cue): Cue | null {
    let [from, to] = [0, this.#cues.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (before(this.#cues[middle] as Cue, cue)) from = middle + 1;
      else to = middle;
    }
    this.#cues.splice(from, 0, cue);
    return this.#cues.length > WAITING_LIMIT ? (this.#cues.shift() ?? null) : null;
  }

  /** Takes out all that belong to a frame captured at `captureMs` or before it. */
  due(captureMs: number): Cue[] {
    const at = this.#cues.findIndex(({ mediaTimeMs }) => mediaTimeMs > captureMs);
    return this.#cues.splice(0, at < 0 ? this.#cues.length : at);
  }

  clear(): void {
    this.#cues = [];
  }
}
