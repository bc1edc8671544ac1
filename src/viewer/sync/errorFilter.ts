// The error of the playhead, freed of the screen's grain: a frame waits for the next refresh, up to 16.7 ms at 60 Hz. Pure.
import {
  FILTER_SAMPLES_KEPT,
  FILTER_SAMPLES_LEAST,
  FILTER_WINDOW_MS,
  SLOPE_LIMIT,
  SLOPE_WINDOW_MS,
} from "./limits.ts";

interface ErrorSample {
  at: number;
  errorMs: number;
  /** What the rate and the target had moved by then, ms. */
  movedMs: number;
}

/** Mean of the middle half of the last errors, each brought to now by what the rate and the target have moved since. */
export class ErrorFilter {
  #samples: ErrorSample[] = [];
  #targets: { at: number; targetMs: number }[] = [];
  /** Made once: a step comes twenty times a second. */
  readonly #sorted = new Float64Array(FILTER_SAMPLES_KEPT);
  #movedMs = 0;
  #last: { at: number; targetMs: number } | null = null;

  /** Time passed at `rate`, and the target is `targetMs` now. */
  pass({ at, targetMs, rate }: { at: number; targetMs: number; rate: number }): void {
    const last = this.#last;
    if (last) this.#movedMs += (rate - 1) * (at - last.at) + (targetMs - last.targetMs);
    this.#last = { at, targetMs };
    this.#targets.push(this.#last);
    dropOlder(this.#targets, at - SLOPE_WINDOW_MS);
  }

  /** An error measured now: latency less target, + late. */
  add(at: number, errorMs: number): void {
    this.#samples.push({ at, errorMs, movedMs: this.#movedMs });
    dropOlder(this.#samples, at - FILTER_WINDOW_MS);
  }

  /** The error now, ms; null while too few were measured. */
  get errorMs(): number | null {
    if (this.#samples.length < FILTER_SAMPLES_LEAST) return null;
    const errors = this.#sorted.subarray(0, this.#samples.length);
    this.#samples.forEach(
      (each, at) => (errors[at] = each.errorMs - (this.#movedMs - each.movedMs)),
    );
    errors.sort();
    const quarter = errors.length >> 2;
    let sum = 0;
    for (let at = quarter; at < errors.length - quarter; at += 1) sum += errors[at] ?? 0;
    return sum / (errors.length - 2 * quarter);
  }

  /** How fast the target moves, ms a ms; 0 where it jumped. */
  get targetSlope(): number {
    const first = this.#targets[0];
    const last = this.#targets.at(-1);
    if (!first || !last || last.at - first.at < SLOPE_WINDOW_MS / 2) return 0;
    const slope = (last.targetMs - first.targetMs) / (last.at - first.at);
    return Math.abs(slope) > SLOPE_LIMIT ? 0 : slope;
  }

  /** The playhead was moved or stood still: what was measured before says nothing. */
  clear(): void {
    this.#samples = [];
  }
}

/** Drops from the front what is older than `from`, and what is too much. */
function dropOlder(kept: { at: number }[], from: number): void {
  while (kept.length > FILTER_SAMPLES_KEPT || (kept[0]?.at ?? from) < from) kept.shift();
}
