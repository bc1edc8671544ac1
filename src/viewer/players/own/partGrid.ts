// Parts by one number: part i covers [i × partMs, (i + 1) × partMs) of the media timeline, counted from the availability
// start, whatever numbers segments carry in their addresses. Pure.

/** Lengths and delays of a stream's parts. */
export interface PartGrid {
  /** Wall clock at media time 0 of the element's timeline, UTC ms. */
  readonly startMs: number;
  readonly partMs: number;
  readonly perSegment: number;
  /** Decoding can begin at each so manyeth part of a segment; divides `perSegment`. */
  readonly joinEvery: number;
  /** From a part's end to its being answerable, ms. */
  readonly delayMs: number;
}

/** The segment, counted from the availability start, that holds part `at`. */
export const segmentOf = (grid: PartGrid, at: number): number => Math.floor(at / grid.perSegment);

/** The first part of the segment after the one that holds `at`. */
export const nextSegment = (grid: PartGrid, at: number): number =>
  (segmentOf(grid, at) + 1) * grid.perSegment;

/** The newest place not after part `at` where decoding can begin. */
export const joinPoint = (grid: PartGrid, at: number): number =>
  Math.floor(at / grid.joinEvery) * grid.joinEvery;

/** The part that covers a place of the media timeline, s. */
export const partAt = (grid: PartGrid, mediaTimeS: number): number =>
  // A place on a boundary, as a fraction of a second, may lie a hair below it.
  Math.floor((mediaTimeS * 1_000 + 0.5) / grid.partMs);

/** Where part `at` begins on the media timeline, s. */
export const startOf = (grid: PartGrid, at: number): number => (at * grid.partMs) / 1_000;

/** The newest part that can be answered at `utcMs`. */
export const newestAt = (grid: PartGrid, utcMs: number): number =>
  Math.floor((utcMs - grid.startMs - grid.delayMs) / grid.partMs) - 1;
