// What the sending half of telemetry may cost a role, and how exact its sketches are.

/** Stamps waiting for the next message; beyond it new ones are dropped. Four full messages: 4 s of a busy edge. */
export const HOP_QUEUE_LIMIT = 8_000;

/** How often waiting stamps are sent, ms. */
export const HOP_PERIOD_MS = 1_000;

/** The longest that the collector may take over one message before it is given up, ms. */
export const HOP_DEADLINE_MS = 2_000;

/** The same for the last message, when the role closes, ms: nobody waits long for telemetry. */
export const HOP_LAST_DEADLINE_MS = 300;

/** Listeners of one event stream. */
export const LIVE_LISTENERS_LIMIT = 64;

/** Bytes that a listener may leave unread before it misses messages. */
export const LIVE_BACKLOG_LIMIT = 1_048_576;

/** A quantile of a sketch is within this share of the exact one. */
export const SKETCH_RELATIVE_ERROR = 0.005;

/** Durations nearer to zero than this count as zero, ms: clocks are no better. */
export const SKETCH_SMALLEST_MS = 0.01;

/** Durations are held to this, ms, so that the number of buckets is bounded (1,843 on each side of zero). */
export const SKETCH_LARGEST_MS = 1_000_000;
