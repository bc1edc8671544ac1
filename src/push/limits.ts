// What the push role keeps, sends and waits for at most, each with its unit and reason.

/** Subscriptions kept: about 60 MB. More phones need more roles, each with its share. */
export const SUBSCRIPTIONS_LIMIT = 100_000;

/** Cohorts followed at once: each is a stream at an edge. */
export const COHORTS_FOLLOWED_LIMIT = 100;

/** A request's body, bytes; a subscription of today's push services is below 600. */
export const SUBSCRIPTION_BYTES_LIMIT = 4 * 1024;

/** The longest endpoint, characters: today's are below 400. */
export const ENDPOINT_LENGTH_LIMIT = 1_024;

/** A body that is encrypted, bytes: push services take 4,096 with header, padding delimiter and tag (RFC 8030 7.2, RFC 8291 4). */
export const PAYLOAD_BYTES_LIMIT = 4_096 - 86 - 17;

/** Requests to push services under way at once. */
export const SENDS_AT_ONCE = 64;

/** A push service that has not answered by then is asked again later, ms. */
export const SEND_DEADLINE_MS = 5_000;

/** Bytes of its answer that are read: nothing in it matters. */
export const ANSWER_BYTES_LIMIT = 4 * 1024;

/** Cues being sent at once: one more, and what is left of the oldest is lost. */
export const ROUNDS_LIMIT = 50;

/** Notifications that wait to be sent again at most; further ones are lost. */
export const RETRIES_LIMIT = 10_000;

/** The wait before one is sent again, ms, doubled each time; a Retry-After counts if it is longer. */
export const RETRY_FIRST_MS = 1_000;
/** How often those that wait are looked through, ms. */
export const RETRY_LOOK_MS = 250;

/** Push services whose signed headers are kept, and for how long, ms: signing costs as much as encrypting. */
export const AUDIENCES_KEPT = 1_000;
export const TOKEN_REUSED_MS = 3_600_000;
/** How long such a header is good, s: less than the 24 h that RFC 8292 2 allows. */
export const TOKEN_LIFE_S = 12 * 3_600;

/** Wait before a broken stream is asked of the next edge, ms, doubled each time up to the second. */
export const STREAM_FIRST_WAIT_MS = 250;
export const STREAM_LONGEST_WAIT_MS = 4_000;
/** A stream that says nothing for so long is given up, ms: an edge sends a comment each 15 s. */
export const STREAM_SILENCE_MS = 20_000;

/** Numbers of cues remembered for each cohort: an edge replays 200. */
export const NUMBERS_KEPT = 1_000;

/** A cue released longer ago than this is no news, ms: it came by a replay after a long break. */
export const NEWS_MS = 90_000;

/** How often new subscriptions are written to the file, ms. */
export const FILE_PERIOD_MS = 1_000;
/** Lines beyond those that are needed, after which the file is written anew. */
export const FILE_SPARE_LINES = 100_000;
/** The largest file that is read at the start, bytes: twice the most that is written. */
export const FILE_BYTES_LIMIT = 512 * 1024 * 1024;
