// What an edge spends on getting an object from farther up, and when it mistrusts an upstream.

/**
 * A head that is later than this is asked for a second time, of the next upstream, ms. Longer than a regular hold: a part
 * is held for 320 ms, or 640 ms in the profile of long parts, and a round trip comes on top. Shorter than the 700–960 ms
 * that a player holds plus the part that it has in its hands. A request for a whole segment, or for a playlist up to three
 * seconds ahead, may be held for longer: then the second request is held as well, and the share below bounds how many.
 */
export const HEDGE_AFTER_MS = 1_000;

/** Hedges for each request: at most this share of all, so that a slow upstream does not double what the next one carries. */
export const HEDGE_SHARE = 0.1;

/** Hedges that may be sent at once after a quiet time: the objects that a dozen renditions have under way. */
export const HEDGE_BURST = 16;

/**
 * What the slower of two is given to show that it lives, after the other has answered, ms. Both may have held the request
 * for the same part; their encoders are not that far apart.
 */
export const OVERTAKEN_GRACE_MS = 150;

/** Requests for one object beyond the first of each fetch, by failover, hedge and resume together … */
export const EXTRA_FETCHES_PER_OBJECT = 6;
/** … within this time, ms: as long as the longest hold and a segment. */
export const BUDGET_WINDOW_MS = 10_000;
/** Objects whose extra requests are remembered; only those that had any. */
export const BUDGET_OBJECTS = 1_024;

/** Times that one answer's body is taken up again. */
export const RESUMES_PER_ANSWER = 3;

/**
 * The last byte position that asks for all of a growing object that will come (RFC 8673 2): the largest whole number of
 * JSON and JavaScript, 2^53 - 1.
 */
export const VERY_LAST_BYTE = Number.MAX_SAFE_INTEGER;

/** Weight of failures since the last success (see `failures` in breaker.ts) at which a breaker opens. */
export const OPEN_WEIGHT = 4;
/** It opens as well when at least this share of … */
export const OPEN_SHARE = 0.5;
/** … at least so many outcomes … */
export const OPEN_OUTCOMES = 10;
/** … within this time, ms, were failures. */
export const OUTCOME_WINDOW_MS = 10_000;

/** How long an open breaker waits before its first probe, ms. Doubled by each probe that fails … */
export const FIRST_PAUSE_MS = 1_000;
/** … up to this, ms: an upstream that is well again is found within half a minute. */
export const LONGEST_PAUSE_MS = 30_000;
/** A probe whose head has not come by then has failed, ms: longer than the hold of a whole segment, 1.92 s. */
export const PROBE_MS = 3_000;

/** A body that brought nothing for so long is taken for broken once its upstream's breaker is open, ms: three parts. */
export const STALLED_BODY_MS = 1_000;

/** Of an error answer that waits while another upstream is asked, bytes. */
export const HELD_ANSWER_BYTES = 64 * 1024;

/** Sources (segments) whose upstream is remembered: a window of them for a dozen channels. */
export const SOURCES_LIMIT = 4_096;

/** From the last byte of a passed request to its answer's head, ms: what a POST starts may take longer than a read. */
export const PASSED_HEAD_MS = 30_000;

/** Upstreams of one edge: a shield or two, and the origins. */
export const UPSTREAMS_LIMIT = 8;

/** The longest sentence kept as an upstream's last failure. */
export const LAST_ERROR_LENGTH = 300;
