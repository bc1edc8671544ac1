// The epoch grid: every part and segment of every rendition begins at an instant that UTC alone decides.
//
// UTC is POSIX time, leap seconds smeared by the host. Instants on the grid are whole milliseconds, and every count here
// is an integer below 2^53, so nothing is rounded: a clock's fractions are cut off before they are divided, because a
// reading just below a boundary would otherwise be rounded onto it.
import { ms, type Ms, type UtcMs, utcMs } from "#base";
import { gridErrors } from "./errors.ts";
import { PART_MS_LIMIT, PARTS_PER_SEGMENT_LIMIT } from "./limits.ts";

/** Lengths of parts and segments. Plain data: two grids with equal lengths are the same grid. */
export interface Grid {
  /** Length of a part, whole milliseconds. */
  readonly partMs: Ms;
  readonly partsPerSegment: number;
  /** `partMs` × `partsPerSegment`. */
  readonly segmentMs: Ms;
}

/** A part's place: segment number since the epoch, and part number in it, from 0. */
export interface Position {
  readonly segment: number;
  readonly part: number;
}

/** Makes a grid. @throws grid/bad-length when a length is no positive integer or above its limit. */
export function createGrid(lengths: { partMs: number; partsPerSegment: number }): Grid {
  const { partMs, partsPerSegment } = lengths;
  const fits = (value: number, limit: number): boolean =>
    Number.isInteger(value) && value > 0 && value <= limit;
  if (!fits(partMs, PART_MS_LIMIT) || !fits(partsPerSegment, PARTS_PER_SEGMENT_LIMIT)) {
    throw gridErrors.make("bad-length", { partMs, partsPerSegment });
  }
  return { partMs: ms(partMs), partsPerSegment, segmentMs: ms(partMs * partsPerSegment) };
}

/** The grid of the standard profiles: parts of 320 ms, six to a segment of 1.92 s. */
export const standardGrid: Grid = createGrid({ partMs: 320, partsPerSegment: 6 });

/** The grid that sheds requests: parts of 640 ms, three to the same segment of 1.92 s. */
export const longPartGrid: Grid = createGrid({ partMs: 640, partsPerSegment: 3 });

/** The number of the segment that covers an instant. */
export function segmentAt(grid: Grid, utc: UtcMs): number {
  return Math.floor(Math.floor(utc) / grid.segmentMs);
}

/** The part that covers an instant. */
export function positionAt(grid: Grid, utc: UtcMs): Position {
  return positionOfIndex(grid, Math.floor(Math.floor(utc) / grid.partMs));
}

/** The instant at which a segment begins. */
export function segmentStart(grid: Grid, segment: number): UtcMs {
  return utcMs(segment * grid.segmentMs);
}

/** The instant at which a part begins: the capture time of its first frame. */
export function partStart(grid: Grid, position: Position): UtcMs {
  return utcMs(position.segment * grid.segmentMs + position.part * grid.partMs);
}

/** The instant at which a part ends and the next one begins. */
export function partEnd(grid: Grid, position: Position): UtcMs {
  return utcMs(partStart(grid, position) + grid.partMs);
}

/** The part's number counted from the epoch: one integer that orders parts. */
export function partIndex(grid: Grid, position: Position): number {
  return position.segment * grid.partsPerSegment + position.part;
}

/** The inverse of {@link partIndex}. */
export function positionOfIndex(grid: Grid, index: number): Position {
  const segment = Math.floor(index / grid.partsPerSegment);
  return { segment, part: index - segment * grid.partsPerSegment };
}

/** The part after `position`. */
export function nextPosition(grid: Grid, position: Position): Position {
  return position.part + 1 < grid.partsPerSegment
    ? { segment: position.segment, part: position.part + 1 }
    : { segment: position.segment + 1, part: 0 };
}
