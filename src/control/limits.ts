// What every control server holds and waits for, each with its unit and reason.
import { ms } from "#base";

/** Sockets at once: a page keeps one or two, and most players ask once in five seconds over the one they keep. */
export const CONNECTIONS_LIMIT = 10_000;
/** A request that has not arrived whole by then is refused: the largest is 1 MiB. */
export const REQUEST_TIMEOUT_MS = ms(5_000);
/** How often requests that take too long are looked for. */
export const TIMEOUT_CHECK_MS = ms(1_000);
/** The largest request body where a role names no other, bytes: most doors read none. */
export const BODY_LIMIT = 1_024;
/** For how long a browser keeps the answer to its pre-flight, s. */
export const PREFLIGHT_AGE_S = 86_400;
