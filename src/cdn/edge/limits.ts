// What an edge may hold, and how long it waits.

/** The largest object that is carried, bytes: the largest segment of the highest rung is under 8 MiB. */
export const OBJECT_BYTES = 32 * 1024 * 1024;

/** Objects under way from upstream at once: six renditions hold a handful each; the rest is room for a window of them. */
export const TRANSFERS_LIMIT = 512;

/** Bytes of all objects under way, not yet in the cache. */
export const UNDER_WAY_BYTES = 256 * 1024 * 1024;

/** From asking upstream to its head, ms. Above the longest hold of an origin (three target durations, rfc8216bis 6.2.5.2). */
export const UPSTREAM_HEAD_MS = 8_000;

/** Between two bytes from upstream, ms. A growing object brings some each part, 320 ms. */
export const UPSTREAM_IDLE_MS = 4_000;

/** To a connection with upstream, ms: a few round trips of the longest link. */
export const UPSTREAM_CONNECT_MS = 2_000;

/** Bytes that wait for one viewer before it is cut: three segments of the highest rung. */
export const VIEWER_BACKLOG_BYTES = 8 * 1024 * 1024;

/** A session counts as a viewer for so long after its last request, ms: three segments. */
export const VIEWER_SEEN_MS = 6_000;

/** Sessions that are counted at once. */
export const VIEWERS_LIMIT = 200_000;

/** The longest session identifier that is counted (CTA-5004 `sid`: at most 64 characters). */
export const SESSION_LENGTH = 64;

/** A connection without a request is kept so long after a successor took over, ms: players ask every segment, 1.92 s. */
export const DRAIN_IDLE_MS = 2_500;

/** How often the director hears of this edge, ms. */
export const HEARTBEAT_MS = 1_000;

/** What a heartbeat may take before it is given up, ms: less than their distance, so that they do not pile up. */
export const HEARTBEAT_TIMEOUT_MS = 900;

/** The director's answer at most, bytes: a thousand cohorts take a tenth of it. */
export const HEARTBEAT_ANSWER_BYTES = 1024 * 1024;

/** What the last heartbeat, sent on closing, may take, ms. */
export const FAREWELL_MS = 300;

/**
 * The longest Via that goes upstream: some dozen tiers. A longer one, which upstream might refuse, would spoil the answer
 * for all who joined the request.
 */
export const VIA_LENGTH = 1_024;

/** Highest transfer chunk that is stamped; the message of stamps ends there. */
export const STAMPED_CHUNKS = 63;

/** The longest object name that is stamped. */
export const STAMPED_NAME = 512;

/** How often lines of the access log are written, ms. */
export const LOG_FLUSH_MS = 1_000;

/** Lines of the access log that wait to be written; more are dropped and counted. */
export const LOG_LINES = 10_000;

/** Characters of a request's target that a line of the access log keeps. */
export const LOG_TARGET_LENGTH = 1_024;
