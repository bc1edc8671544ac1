// A sketch of the last seconds: one sketch a slice of time, merged when somebody asks.
import type { MonoMs } from "#base";
import type { Spread } from "#protocol";
import { Sketch } from "#telemetry";
import { SUMMARY_WINDOW_MS, WINDOW_SLICES } from "./limits.ts";

const sliceMs = SUMMARY_WINDOW_MS / WINDOW_SLICES;
const sliceAt = (at: MonoMs): number => Math.floor(at / sliceMs);

/** Durations of the last {@link SUMMARY_WINDOW_MS}; the oldest slice leaves as a whole. */
export class WindowedSketch {
  readonly #slices = new Map<number, Sketch>();

  add(at: MonoMs, value: number): void {
    const slice = sliceAt(at);
    let sketch = this.#slices.get(slice);
    if (!sketch) {
      sketch = new Sketch();
      this.#slices.set(slice, sketch);
      this.#forget(slice);
    }
    sketch.add(value);
  }

  /** Of the window that ends at `at`; null when nothing fell into it. */
  spread(at: MonoMs): Spread | null {
    this.#forget(sliceAt(at));
    const whole = new Sketch();
    for (const sketch of this.#slices.values()) whole.merge(sketch);
    return whole.spread();
  }

  #forget(now: number): void {
    for (const slice of this.#slices.keys())
      if (slice <= now - WINDOW_SLICES) this.#slices.delete(slice);
  }
}
