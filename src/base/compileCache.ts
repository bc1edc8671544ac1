// Where compiled modules are kept: a process that loads what another has loaded starts in half the time.

/** For NODE_COMPILE_CACHE of a child; Node goes without it where it may not write. */
export const COMPILE_CACHE = new URL("../../node_modules/.cache/regista", import.meta.url).pathname;
