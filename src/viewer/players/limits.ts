// What makes two seconds: how long a player waits before it takes the other edge.

/** A manifest, playlist, header or steering document that has not come, ms. */
export const DOCUMENT_DEADLINE_MS = 1_500;

/** A blocking playlist reload is held for a part, 320 ms, and the way there; then its edge is left, ms. */
export const PLAYLIST_DEADLINE_MS = 900;

/** The first byte of a part that its playlist has announced, ms. */
export const PART_FIRST_BYTE_MS = 700;

/** A whole part or segment, ms: a segment of 1.92 s on a line that just carries it. */
export const OBJECT_DEADLINE_MS = 3_000;

/** An edge that failed is not taken again for so long, s, unless no other is left; a steering answer's life. */
export const EDGE_PENALTY_S = 5;

/** Steering that has not answered yet is asked again after so long, ms. */
export const STEERING_RETRY_MS = 2_000;

/** A player that is so much farther behind than its target is lost, and may jump by itself, s; before that the page leads it. */
export const LOST_BEYOND_S = 10;

/** The rung to begin with before anything is measured, kb/s: 720p50 at 3 Mb/s comes with the first measurement. */
export const FIRST_RATE_KBPS = 2_000;

/** Media kept behind the playhead, s. */
export const KEEP_BEHIND_S = 20;

/** Segments whose rendition is remembered. */
export const SEGMENTS_REMEMBERED = 32;

/** Failed media requests in a row after which no edge can help: two edges, two tracks, and once more. */
export const FAILURES_LIMIT = 5;

/** Requests are looked at for silence this often, ms. */
export const GUARD_PERIOD_MS = 50;

/** The window's size is looked at this often, ms. */
export const FIT_PERIOD_MS = 1_000;

/** How many times the usual silence is borne of an edge when no other is well: the source is the likelier cause. */
export const LONE_PATIENCE = 2;

/** A steering question that was shed is asked again after this long, more each time, ms, */
export const STEERING_SHED_WAIT_MS = 5_000;
/** and after this long at most, ms. */
export const STEERING_SHED_LONGEST_MS = 30_000;
