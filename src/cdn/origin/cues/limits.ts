/** The body of an entry, bytes: the largest `data` in characters of three bytes would not pass, and no cue is that long. */
export const ENTRY_BYTES_LIMIT = 4 * 1024;

/** Entries whose bodies are being read at once: a desk and a data feed send one each. */
export const ENTRIES_AT_ONCE = 64;

/** Cues that a channel takes a second, as a mean: far above any match with its odds and chat … */
export const ENTRIES_PER_S = 50;
/** … and at once, after a quiet time. */
export const ENTRY_BURST = 200;

/** Cues that are kept for who asks later: a whole match of goals, or some minutes of odds … */
export const CUES_KEPT = 1_000;
/** … and their bytes. The oldest goes first. */
export const CUE_BYTES_KEPT = 2 ** 20;

/**
 * How long the request for the next cue is held, ms: less than the 8 s that an edge waits for a head, so that a quiet channel
 * looks like no failure. Each edge then asks ten times a minute.
 */
export const CUE_HOLD_MS = 6_000;

/** Requests held for the next cue at once; beyond, 503. An edge holds one for all its viewers. */
export const CUES_HELD_LIMIT = 10_000;
