// What passes between the threads of one edge, and how long they wait for one another.

/** Messages that a worker has not taken yet; beyond, it hangs, and the others go on without it. Each is a burst for one object. */
export const UNTAKEN_LIMIT = 8_192;

/** A worker says how much it took after so many messages at the latest. */
export const TAKEN_EVERY = 32;

/** Requests of one worker that are under way in the host tier. A worker has 512 objects under way at most, and asks for some alone. */
export const ASKS_LIMIT = 4_096;

/** A worker has so long to begin, ms: as long as the process itself. */
export const WORKER_START_MS = 8_000;

/** A worker that ended is replaced after so long, ms, where no supervisor replaces the whole process. */
export const RESTART_MS = 1_000;

/** How often workers tell their figures, ms. */
export const FIGURES_MS = 1_000;

/** How long `/status` and `/metrics` wait for the figures of now; beyond, the last ones told stand, and it is said. */
export const FIGURES_WAIT_MS = 250;

/** Sessions that one worker tells at once; there are as many as viewers of one second. */
export const SESSIONS_TOLD = 50_000;

/** A worker that is told to end has so long, ms; then its thread is ended. */
export const WORKER_CLOSE_MS = 1_000;
