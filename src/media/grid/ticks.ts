// Between the grid and the media timelines: ticks of a track's timescale since the epoch (tfdt, ISO/IEC 14496-12 8.8.12).
import { type UtcMs, utcMs } from "#base";
import { gridErrors } from "./errors.ts";
import { type Grid, type Position, positionOfIndex } from "./grid.ts";
import { TIMESCALE_LIMIT } from "./limits.ts";

/** Ticks per second of our video tracks: divides every frame rate in use. */
export const VIDEO_TIMESCALE = 90_000;
/** Ticks per second of our audio tracks: the sample rate. */
export const AUDIO_TIMESCALE = 48_000;
/** Ticks per second of our text tracks: milliseconds. */
export const TEXT_TIMESCALE = 1_000;
/** Samples in an AAC-LC frame (ISO/IEC 14496-3 4.5.2.1). */
export const AAC_FRAME_SAMPLES = 1024;

/** An instant on a media timeline. */
export interface MediaTime {
  /** Since the epoch. */
  readonly ticks: number;
  /** Ticks per second. */
  readonly timescale: number;
}

/** Whether parts of this grid begin and end on whole ticks of `timescale`. */
export function dividesGrid(grid: Grid, timescale: number): boolean {
  const usable = Number.isInteger(timescale) && timescale > 0 && timescale <= TIMESCALE_LIMIT;
  return usable && (grid.partMs * timescale) % 1000 === 0;
}

/** A part's length in ticks, such as 28,800 of 90,000. @throws grid/bad-timescale when it is no whole number. */
export function partTicks(grid: Grid, timescale: number): number {
  if (!dividesGrid(grid, timescale)) {
    throw gridErrors.make("bad-timescale", { timescale, partMs: grid.partMs });
  }
  return (grid.partMs * timescale) / 1000;
}

/** A segment's length in ticks, such as 172,800 of 90,000. @throws grid/bad-timescale */
export function segmentTicks(grid: Grid, timescale: number): number {
  return partTicks(grid, timescale) * grid.partsPerSegment;
}

/** The tick at which a part begins. @throws grid/bad-timescale */
export function partStartTicks(grid: Grid, position: Position, timescale: number): number {
  const index = position.segment * grid.partsPerSegment + position.part;
  return index * partTicks(grid, timescale);
}

/** The part that covers a tick, and how many ticks into it the tick lies. @throws grid/bad-timescale */
export function positionOfTicks(grid: Grid, time: MediaTime): Position & { readonly into: number } {
  const length = partTicks(grid, time.timescale);
  const index = Math.floor(time.ticks / length);
  return { ...positionOfIndex(grid, index), into: time.ticks - index * length };
}

/** The UTC of a tick; exact where the tick lies on a whole millisecond. */
export function utcOfTicks(time: MediaTime): UtcMs {
  // Whole seconds apart from the rest: ticks × 1000 would leave the exact integers.
  const seconds = Math.floor(time.ticks / time.timescale);
  const rest = time.ticks - seconds * time.timescale;
  return utcMs(seconds * 1000 + (rest * 1000) / time.timescale);
}

/** The tick nearest to an instant; exact where the instant is a whole millisecond that the timescale can name. */
export function ticksOfUtc(utc: UtcMs, timescale: number): number {
  const seconds = Math.floor(utc / 1000);
  return seconds * timescale + Math.round(((utc - seconds * 1000) * timescale) / 1000);
}
