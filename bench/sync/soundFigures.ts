// Beep against flash: both fall on the same full second of the camera. Pure.
import type { Moment } from "../../test/support/frameWatch.ts";
import type { Beep } from "./beeps.ts";

/** The patch is white above, black below. */
const LIT_FROM = 150;
/** A beep belongs to a flash within so much of it, ms. */
const SAME_WITHIN_MS = 400;

/** When a flash began, by frames of which each was read: true UTC ms. */
export function flashesOf(frames: readonly Moment[]): number[] {
  return frames.flatMap((frame, at) => {
    const before = frames[at - 1];
    const lit = (frame.flash ?? 0) >= LIT_FROM;
    const dark = before?.flash !== null && (before?.flash ?? LIT_FROM) < LIT_FROM;
    // A frame before it that was not heard of may have been the first one lit.
    const next = before !== undefined && frame.presented - before.presented === 1;
    return lit && dark && next ? [frame.shownAt] : [];
  });
}

/** A beep and how long after its flash it came, ms; negative: before it. */
export interface Pair {
  readonly beep: Beep;
  readonly afterFlashMs: number;
  readonly heardAfterFlashMs: number;
}

/** Each beep with the flash nearest to it; one without a flash near is left out. */
export function pairsOf(beeps: readonly Beep[], frames: readonly Moment[]): Pair[] {
  const flashes = flashesOf(frames);
  return beeps.flatMap((beep) => {
    const nearest = flashes.reduce(
      (best, flash) => (Math.abs(flash - beep.at) < Math.abs(best - beep.at) ? flash : best),
      Number.POSITIVE_INFINITY,
    );
    return Math.abs(nearest - beep.at) <= SAME_WITHIN_MS
      ? [{ beep, afterFlashMs: beep.at - nearest, heardAfterFlashMs: beep.heardAt - nearest }]
      : [];
  });
}
