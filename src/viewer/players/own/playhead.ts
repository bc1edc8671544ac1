// Where the playhead goes: once at the start, and over holes. Pure; places in s on the media timeline.
import { AT_END_S, START_MARGIN_S, START_PATIENCE_MS } from "./limits.ts";

/** Buffered ranges of sound and picture together. */
export type Ranges = Pick<TimeRanges, "length" | "start" | "end">;

interface Range {
  readonly start: number;
  readonly end: number;
}

const SMALL_HOLE_S = 0.1;
/** Before the end of what there is a playhead that comes too late for its place is put so far, s. */
const BEFORE_END_S = 0.2;

function listOf(ranges: Ranges): Range[] {
  return Array.from({ length: ranges.length }, (_, at) => ({
    start: ranges.start(at),
    end: ranges.end(at),
  }));
}

/**
 * The place to begin at when `dueS` is due: there, once it is buffered with a margin; after {@link START_PATIENCE_MS} the
 * nearest place that is; null before.
 */
export function startPlace(ranges: Ranges, now: { dueS: number; waitedMs: number }): number | null {
  const { dueS, waitedMs } = now;
  const all = listOf(ranges);
  const reach = (range: Range): boolean =>
    range.start <= dueS && dueS + START_MARGIN_S <= range.end;
  if (all.some(reach)) return dueS;
  const last = all.at(-1);
  if (!last || waitedMs < START_PATIENCE_MS) return null;
  return Math.max(last.start, Math.min(dueS, last.end - BEFORE_END_S));
}

/**
 * A playhead that stands at the end of its range goes over the hole when the other side is due, so that it stays in step; a
 * small hole it takes at once. Null while it plays, or has nothing to go to.
 */
export function overHole(ranges: Ranges, now: { atS: number; dueS: number }): number | null {
  const { atS, dueS } = now;
  const all = listOf(ranges);
  if (all.some(({ start, end }) => start <= atS && atS < end - AT_END_S)) return null;
  const next = all.find(({ start, end }) => start > atS && end - start > AT_END_S);
  if (!next || (dueS < next.start && next.start - atS > SMALL_HOLE_S)) return null;
  return Math.max(next.start, Math.min(dueS, next.end - BEFORE_END_S));
}
