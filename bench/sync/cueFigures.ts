// A cue against the frame it belongs to, by the barcodes of the frames. Pure.
import type { Moment } from "../../test/support/frameWatch.ts";
import type { ShownCue } from "./cueWatch.ts";

/** Frames that follow one another on the screen stand no farther apart, ms. */
const NEXT_WITHIN_MS = 120;

/**
 * How long after its frame a cue came on the screen, ms; negative: before it. Its frame is the first that the source
 * drew at the cue's media time or later. Null when that frame was not heard of, so that nothing can be said.
 */
export function behindFrameMs(cue: ShownCue, frames: readonly Moment[]): number | null {
  const at = frames.findIndex(({ drawnAt }) => drawnAt !== null && drawnAt >= cue.mediaTimeMs);
  const [before, frame] = [frames[at - 1], frames[at]];
  if (!before || !frame || before.drawnAt === null) return null;
  const seamless =
    frame.presented - before.presented === 1 && frame.shownAt - before.shownAt < NEXT_WITHIN_MS;
  return seamless ? cue.shownAt - frame.shownAt : null;
}
