/** How much media the store keeps, ms: twice a playlist of 16 s, since what left a playlist is still asked for (RFC 8216 6.2.2). */
export const WINDOW_MS = 36_000;
/** Bytes of media in one store: 36 s of 100 Mb/s. The oldest segment goes first. */
export const STORE_BYTES_LIMIT = 512 * 2 ** 20;
/** Renditions of one channel: a ladder of eight, and languages. */
export const RENDITIONS_LIMIT = 24;
/** Requests held for parts to come, all renditions. An edge holds a few, players without an edge one or two each. */
export const WAITERS_LIMIT = 20_000;
/** Listeners of a store: origin, hop stamps and tests. */
export const LISTENERS_LIMIT = 64;

/** How long after its usual time a part may come before it is declared a gap, ms. */
export const OVERDUE_MS = 1_500;
/** The same for text, after the pictures' usual time, ms: two parts. Then silence is put in its place, for nobody waits for it. */
export const TEXT_OVERDUE_MS = 640;
/** How often overdue parts are looked for, ms: what this adds to a gap's delay. */
export const OVERDUE_CHECK_MS = 80;
/** How far behind its capture a source may run as a rule, ms (contribution delay and encoding). */
export const SOURCE_DELAY_LIMIT_MS = 10_000;
/** How far ahead of the clock a part's end may lie, ms: the error between two machines' clocks. */
export const AHEAD_LIMIT_MS = 2_000;

/** Bytes in one request body: a segment of 1.92 s at 130 Mb/s. */
export const BODY_BYTES_LIMIT = 32 * 2 ** 20;
/** Bytes in one top-level box. */
export const BOX_BYTES_LIMIT = 16 * 2 ** 20;
/** Bytes in a CMAF header. */
export const HEADER_BYTES_LIMIT = 64 * 2 ** 10;
/** Bytes of event messages in one part. */
export const EVENT_BYTES_LIMIT = 64 * 2 ** 10;
/** Samples in one part: 640 ms at 120 frames a second, and room. */
export const PART_SAMPLES_LIMIT = 256;
/** Ingest bodies at once: every rendition from two sources, and room. */
export const BODIES_LIMIT = 2 * RENDITIONS_LIMIT + 16;
/** Characters in a request's relative path. */
export const PATH_LENGTH_LIMIT = 512;
