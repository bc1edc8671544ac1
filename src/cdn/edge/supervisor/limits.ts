// How long the supervisor waits for whom.

/** Sockets, and with them worker threads, at most: more than the cores of one host. */
export const SOCKETS_LIMIT = 256;

/** A new edge process has so long to listen, ms: some twenty times what it takes on an idle machine. */
export const START_LIMIT_MS = 10_000;

/** Answers under way have so long to end when a process leaves, ms: a held request (8 s at most) and its answer. */
export const DRAIN_LIMIT_MS = 10_000;

/** What a process may take above its drain limit before it is killed, ms. */
export const LEAVE_GRACE_MS = 1_000;

/** A process that served for so long has not crashed at once: the next pause is none again, ms. */
export const STEADY_MS = 10_000;

/** Pauses before the first, second, … restart in a row, ms; the last one from then on. */
export const RESTART_PAUSES_MS: readonly number[] = [0, 0, 0, 300, 1_000, 3_000, 10_000];

/** Processes that may be draining at once; a further roll waits for the oldest. */
export const LEAVING_LIMIT = 2;
