// Where to begin. Pure.
import { joinPoint, newestAt, partAt, type PartGrid } from "./partGrid.ts";

/** A place to play from and the part to load from. */
export interface JoinPlan {
  /** On the media timeline, s: what is due when the first picture can be there. */
  readonly placeS: number;
  /** Decoding begins here; never after the place. */
  readonly part: number;
}

/**
 * The place is due `leadMs` from now at `targetMs` behind capture; loading begins at the newest place for decoding not
 * after it, or, when that cannot be had yet, at the newest that can.
 */
export function joinAt(
  grid: PartGrid,
  now: { utcMs: number; targetMs: number; leadMs: number },
): JoinPlan {
  const dueMs = now.utcMs + now.leadMs - now.targetMs - grid.startMs;
  const placeS = Math.max(0, dueMs) / 1_000;
  const there = Math.max(0, newestAt(grid, now.utcMs));
  return { placeS, part: joinPoint(grid, Math.min(partAt(grid, placeS), there)) };
}
