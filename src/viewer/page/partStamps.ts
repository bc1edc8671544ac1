// When a part was in the buffer, due and on the screen: the viewer's hops, one part a second. Pure.
import { partIndex, partStart, positionAt, positionOfIndex, standardGrid } from "#media/grid";
import { utcMs } from "#base";
import type { MediaHop } from "#protocol";

/** Arrived parts that are remembered until they are shown: ten seconds of them. */
const ARRIVALS_KEPT = 32;

/** A part is complete although its last frame's end misses the grid by so much, ms: times are fractions of a second. */
const GRID_TOLERANCE_MS = 3;

/** One part in so much time is told, ms. */
const SAMPLE_PERIOD_MS = 1_000;

/** A frame on the screen, UTC ms by the page's clock. */
export interface ShownFrame {
  captureMs: number;
  /** When the playhead reached it. */
  dueMs: number;
  /** When it was presented. */
  shownMs: number;
}

const lastCompleteBefore = (captureMs: number): number =>
  partIndex(standardGrid, positionAt(standardGrid, utcMs(captureMs + GRID_TOLERANCE_MS))) - 1;

/** Joins the arrival of parts with the frames that show them. */
export class PartStamps {
  readonly #arrivals = new Map<number, number>();
  #complete = Number.NEGATIVE_INFINITY;
  #sampledAt = Number.NEGATIVE_INFINITY;

  /** The buffer reaches to `endMs` (capture time) since `atMs`: the parts that this completes have arrived. */
  arrived(endMs: number, atMs: number): void {
    const complete = lastCompleteBefore(endMs);
    const first = Math.max(this.#complete + 1, complete - ARRIVALS_KEPT + 1);
    for (let part = first; part <= complete; part += 1) this.#arrivals.set(part, atMs);
    this.#complete = Math.max(this.#complete, complete);
    for (const part of this.#arrivals.keys()) {
      if (this.#arrivals.size <= ARRIVALS_KEPT) break;
      this.#arrivals.delete(part);
    }
  }

  /** The three stamps of a part when `frame` is its first frame and a sample is due; otherwise none. */
  shown(
    frame: ShownFrame,
    names: { channel: string; rendition: string; node: string },
  ): MediaHop[] {
    const index = lastCompleteBefore(frame.captureMs) + 1;
    const position = positionOfIndex(standardGrid, index);
    const early = frame.captureMs - partStart(standardGrid, position);
    const arrivedMs = this.#arrivals.get(index);
    const isFirstFrame = Math.abs(early) <= GRID_TOLERANCE_MS;
    if (!isFirstFrame || arrivedMs === undefined) return [];
    if (frame.shownMs - this.#sampledAt < SAMPLE_PERIOD_MS) return [];
    this.#sampledAt = frame.shownMs;
    const stamp = (hop: MediaHop["hop"], atMs: number): MediaHop => ({
      ...names,
      ...position,
      hop,
      firstByteMs: atMs,
      lastByteMs: atMs,
    });
    return [stamp("player", arrivedMs), stamp("due", frame.dueMs), stamp("screen", frame.shownMs)];
  }

  /** Another player starts: what arrived for the one before does not count. */
  clear(): void {
    this.#arrivals.clear();
    this.#complete = Number.NEGATIVE_INFINITY;
  }
}
