// Where the playhead has been: which frame was on the screen when.
import { FRAMES_KEPT } from "./limits.ts";

interface ShownFrame {
  readonly captureMs: number;
  /** When it came on the screen, monotonic ms. */
  readonly displayAt: number;
}

/** Remembers the presented frames of the last minute, in order of their capture. */
export class Passage {
  readonly #frames: ShownFrame[] = [];
  #first: number | null = null;

  /** The capture time of the first frame that was ever presented; null before it. */
  get first(): number | null {
    return this.#first;
  }

  /** The frame that is on the screen; null before the first. */
  get present(): ShownFrame | null {
    return this.#frames.at(-1) ?? null;
  }

  /** Takes a presented frame. After a step back, what lay ahead of it is forgotten: it has yet to be shown again. */
  show(frame: ShownFrame): void {
    this.#first ??= frame.captureMs;
    while ((this.present?.captureMs ?? Number.NEGATIVE_INFINITY) >= frame.captureMs)
      this.#frames.pop();
    this.#frames.push(frame);
    if (this.#frames.length > FRAMES_KEPT) this.#frames.splice(0, FRAMES_KEPT / 2);
  }

  /**
   * When the first frame captured at `mediaTimeMs` or later came on the screen; of frames longer ago than are remembered,
   * the oldest. Null while none has.
   */
  displayOf(mediaTimeMs: number): number | null {
    let [from, to] = [0, this.#frames.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#frames[middle]?.captureMs ?? 0) >= mediaTimeMs) to = middle;
      else from = middle + 1;
    }
    return this.#frames[from]?.displayAt ?? null;
  }
}
