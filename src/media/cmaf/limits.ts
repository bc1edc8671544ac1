/** Track runs in a fragment: encoders write one; a few come of edited files. */
export const RUNS_LIMIT = 16;
