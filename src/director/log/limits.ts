// What the decision log holds, each with its unit and reason.
import { ms } from "#base";

/** Records waiting to be written at most: a director at full speed for a second. */
export const QUEUE_LIMIT = 50_000;
/** How often what waits is written. */
export const FLUSH_PERIOD_MS = ms(1_000);
/** Records written at once: a turn of the event loop takes some milliseconds. */
export const BATCH_RECORDS = 2_000;
/** A file is ended after this many bytes: it is copied and read in seconds. */
export const FILE_BYTES = 67_108_864;
/** All files of a folder together, bytes: the oldest are deleted beyond it. Some 15 million decisions. */
export const TOTAL_BYTES = 4_294_967_296;
/** Reasons kept of a decision, and characters of each. */
export const WHY_LIMIT = 8;
export const WHY_LENGTH_LIMIT = 200;
/** The version of the records. */
export const LOG_VERSION = 1;
