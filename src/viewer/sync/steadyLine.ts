// UTC as it is shown: a line with corners that never runs back and jumps only when told to. Pure.
import { CORNERS_KEPT } from "./limits.ts";

interface Corner {
  at: number;
  /** UTC less the local reading, ms. */
  offsetMs: number;
}

/** Offset over local readings: straight between corners, and from the last one on by `drift`. */
export class SteadyLine {
  #corners: Corner[] = [];
  /** ms of offset a ms, from the last corner on. */
  #drift = 0;

  get started(): boolean {
    return this.#corners.length > 0;
  }

  /** The offset at a local reading; 0 before the start. */
  offsetAt(at: number): number {
    const after = this.#corners.findIndex((corner) => corner.at > at);
    if (after < 0) return this.#beyond(this.#corners.at(-1), at);
    const from = this.#corners[after - 1];
    const to = this.#corners[after];
    if (!from || !to) return this.#beyond(this.#corners[0], at);
    return from.offsetMs + ((to.offsetMs - from.offsetMs) * (at - from.at)) / (to.at - from.at);
  }

  /** The local reading at which UTC is `utcMs`; null before the start. */
  readingAt(utcMs: number): number | null {
    const after = this.#corners.findIndex((corner) => corner.at + corner.offsetMs > utcMs);
    const from = this.#corners[after < 0 ? this.#corners.length - 1 : Math.max(0, after - 1)];
    if (!from) return null;
    const passed = utcMs - (from.at + from.offsetMs);
    const to = after > 0 ? this.#corners[after] : undefined;
    const slope = to ? (to.offsetMs - from.offsetMs) / (to.at - from.at) : this.#drift;
    return from.at + passed / (1 + slope);
  }

  /** From `at` on the offset is `offsetMs`, growing by `drift`, at once. */
  step(at: number, { offsetMs, drift }: { offsetMs: number; drift: number }): void {
    this.#corners = [{ at, offsetMs }];
    this.#drift = drift;
  }

  /** From `at` on the offset goes, by `slew` a ms beside the drift, to a line that is `offsetMs` at `at` and grows by `drift`. */
  slew(
    at: number,
    { offsetMs, drift, slew }: { offsetMs: number; drift: number; slew: number },
  ): void {
    const from = this.offsetAt(at);
    const tookMs = Math.abs(offsetMs - from) / slew;
    const kept = this.#corners.filter((corner) => corner.at < at);
    kept.push({ at, offsetMs: from });
    if (tookMs > 0) kept.push({ at: at + tookMs, offsetMs: offsetMs + drift * tookMs });
    this.#corners = kept.slice(-CORNERS_KEPT);
    this.#drift = drift;
  }

  #beyond(corner: Corner | undefined, at: number): number {
    return corner ? corner.offsetMs + this.#drift * (at - corner.at) : 0;
  }
}
