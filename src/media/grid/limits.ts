/** The longest part, ms: beyond it a viewer who joins waits too long for the first byte that can be played. */
export const PART_MS_LIMIT = 10_000;

/** The most parts in a segment: hop stamps number them with six bits. */
export const PARTS_PER_SEGMENT_LIMIT = 64;

/** The highest timescale, ticks per second: epoch times of the year 2100 stay exact below 2^53. */
export const TIMESCALE_LIMIT = 2_000_000;
