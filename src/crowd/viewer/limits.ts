// What a socket viewer allows itself and others. Times are ms.

/** Viewers are looked at in steps of this: one timer for all of a process. A visit comes at most two steps late. */
export const WHEEL_PERIOD_MS = 10;
/** Slots of the wheel: a turn of 2.56 s, longer than any deadline below. */
export const WHEEL_SLOTS = 256;
/** A turn that is so late comes after a standstill of the process. */
export const STANDSTILL_MS = 100;

/** All sockets of a process read into one buffer of this size, bytes: a large part in one go, and it stays in the cache. */
export const READ_BUFFER_BYTES = 131_072;

/** A connection that is not there by then leaves its edge. */
export const CONNECT_DEADLINE_MS = 1_500;
/**
 * An answer that has not begun by then leaves its edge: parts are waited for up to 0.64 s, and a viewer must have media
 * again within 2 s.
 */
export const HEAD_DEADLINE_MS = 1_500;
/** An answer that grows and goes silent for so long leaves its edge. */
export const IDLE_DEADLINE_MS = 1_500;

/** Head of an answer, bytes. */
export const HEAD_BYTES_LIMIT = 16_384;
/** A chunk's size line with its extensions, or all trailers, bytes. */
export const CHUNK_LINE_LIMIT = 4_096;
/** Hexadecimal digits of a chunk's size. */
export const CHUNK_DIGITS_LIMIT = 8;
/** A manifest, playlist or header, bytes. */
export const DOCUMENT_BYTES_LIMIT = 1_000_000;
/** A moof box, bytes: 16 frames take 300. */
export const MOOF_BYTES_LIMIT = 65_536;
/** Samples that one run may name. */
export const RUN_SAMPLES_LIMIT = 65_536;

/** A request that failed is tried again after so long, twice as long each time, up to the second figure. */
export const RETRY_FIRST_MS = 100;
export const RETRY_LONGEST_MS = 1_000;
/** Answers with an error from one edge before the next edge is asked. */
export const STATUS_TRIES = 2;
/** Media that no edge has is passed over when it could have been asked for so long ago. */
export const PASS_AFTER_MS = 1_000;

/** A viewer looks at its latency and sets its rate this often; each second time it tells. */
export const CONTROL_PERIOD_MS = 500;
/** Playback rates at which nobody hears the difference. */
export const RATE_MIN = 0.95;
export const RATE_MAX = 1.05;
/** Rate = 1 + this × error in seconds. */
export const RATE_GAIN = 0.5;
/** Nearer to the target than this the rate stays 1. */
export const RATE_DEAD_BAND_MS = 15;
/** After a stall it plays again with so many parts: with one alone it would stand still again before the next. */
export const RESUME_PARTS = 1.5;
/** Farther behind the target than this a viewer jumps. */
export const JUMP_BEYOND_MS = 1_500;

/** Bodies of one kind that are known by their bytes: what viewers of a process get within a part's time differs little. */
export const DOCUMENTS_REMEMBERED = 32;
/** Objects whose size and hash are remembered: two minutes of parts of a ladder of twelve. */
export const OBJECTS_REMEMBERED = 8_192;

/** A steering answer, bytes. */
export const STEERING_BYTES_LIMIT = 65_536;
/** Edges of a steering answer that a viewer keeps. */
export const STEERED_EDGES_LIMIT = 16;
/** However short or long the director's TTL or Retry-After is, it is asked again after this at the least and the most. */
export const STEERING_PERIOD_LEAST_MS = 500;
export const STEERING_PERIOD_MOST_MS = 300_000;
/** The time to live of an answer that says none (rfc8216bis 7.2), s. */
export const STEERING_USUAL_TTL_S = 300;
/** A period is up to this share shorter or longer, so that viewers who came together do not ask together. */
export const STEERING_JITTER = 0.2;
/**
 * An edge that failed is not gone back to for so long, whatever the director says: by then it has been asked twice, and
 * knows.
 */
export const EDGE_DISTRUST_MS = 10_000;

/** The rung to begin with before anything is measured, bits per second. */
export const FIRST_RATE_BPS = 2_000_000;
/** Share of the measured rate that a rung may take. */
export const RATE_SHARE = 0.7;
/** Measurements that the estimate rests on. */
export const RATE_SAMPLES = 8;
/** What arrived in less time or fewer bytes than this measures nothing. */
export const RATE_SAMPLE_MS = 5;
export const RATE_SAMPLE_BYTES = 4_096;
/** A rung is kept for so long before a higher one is tried. */
export const RUNG_HOLD_MS = 4_000;
/** Without a measurement a higher rung is tried after so long. */
export const RUNG_TRIAL_MS = 8_000;
/** With less in the buffer than this share of the target, a lower rung is taken. */
export const BUFFER_DANGER = 0.3;

/** Addresses of edges that one process knows. */
export const EDGES_LIMIT = 1_024;
/** The monotonic clock is compared with UTC this often, ms. */
export const CLOCK_CHECK_MS = 1_000;
/** Lines of a multivariant playlist that are read. */
export const LADDER_LINES_LIMIT = 2_000;
/** Sound whose rate is not told, bits per second. */
export const AUDIO_RATE_BPS = 128_000;
