// What an edge keeps of cues, for whom, and how long it waits.

/** The largest cue that is followed, bytes: twice what an origin takes as an entry. */
export const CUE_OBJECT_BYTES = 8 * 1024;

/** Cues that are replayed to who comes late or comes back … */
export const CUES_REPLAYED = 200;
/** … of this time, ms: a listener that was away for longer begins anew. */
export const REPLAYED_MS = 600_000;
/** Without a place to go on from, a player is told what belongs to the last so many ms: its picture may be this far behind. */
export const RECENT_MS = 30_000;

/** Listeners of one thread: room for media beside them in the 16,000 connections of a server. */
export const LISTENERS_LIMIT = 10_000;
/** Channels that are followed at once. */
export const CHANNELS_LIMIT = 16;
/** Cohorts of one channel with a gate of their own at once; as many as the director tells. */
export const GATES_LIMIT = 1_000;
/** Cues that wait at one gate: 60 s of the fastest that an origin takes is more; the one that is due last goes. */
export const WAITING_LIMIT = 1_000;
/** Cohorts whose releases are counted by name. */
export const COHORTS_COUNTED = 1_000;

/**
 * Bytes that wait for one listener before it is cut: what an HTTP/2 connection holds ahead for all its streams (64 KiB), and
 * a long replay. It comes back and is told what it missed.
 */
export const LISTENER_BACKLOG_BYTES = 256 * 1024;

/** A comment goes to each listener this often, ms: nobody on the way takes the connection for dead, and dead ones show. */
export const KEEP_ALIVE_MS = 15_000;
/** It goes to one after the other in this many turns, so that no cue waits for thousands of comments. */
export const KEEP_ALIVE_TURNS = 60;

/** When a listener whose stream ended asks again, ms: spread, so that a crowd does not come back at one moment. */
export const RETRY_MS = { least: 1_000, most: 2_000 } as const;

/** A channel is followed for so long after its last listener has gone, ms: they come back. */
export const LINGER_MS = 120_000;

/** The first listener of a channel waits for word from upstream before its answer begins, at most so long, ms. */
export const FIRST_WORD_MS = 2_000;

/** Objects that are fetched at once while the follower is behind. */
export const AHEAD = 16;
/** An answer that came sooner was not held, ms: there may be more. */
export const QUICK_MS = 300;
/** Between two tries after a failure, ms: doubled from the first to the longest. */
export const PAUSE_MS = { first: 250, longest: 2_000 } as const;
/** An answer that takes longer is given up, ms: longer than any hold and an upstream's time. */
export const ANSWER_MS = 15_000;

/**
 * After its media time a cue waits so long where the director was never heard, ms: the largest distance that any viewer
 * follows (TARGET_LIMITS_MS).
 */
export const UNHEARD_AFTER_MS = 30_000;
/** At least so long for a cohort that the director does not name, ms: longer than broadcast television is behind. */
export const UNNAMED_AFTER_MS = 10_000;
/** How often a gate looks at the clock while something waits, ms: UTC may be set meanwhile. */
export const GATE_LOOK_MS = 1_000;
