// What the cache may hold besides bodies, and how long it remembers what cannot be kept.

/** Variants of one object (RFC 9111 4.1): codings times languages of a real site; more is an origin that varies by viewer. */
export const VARIANTS_PER_OBJECT = 16;
/** Names in a Vary field; an answer with more is not kept. */
export const VARY_NAMES = 8;
/** A selecting field's value is compared up to this many characters; a request with a longer one gets an answer of its own. */
export const SELECTING_LENGTH = 512;
/** Objects whose Vary is remembered, kept ones and others. */
export const VARYING_OBJECTS = 16_384;

/** Fetches of one object at once: variants, private answers and revalidation together. */
export const FETCHES_PER_OBJECT = 64;
/** Requests that wait for one of them to end; further ones are refused. */
export const QUEUED_PER_OBJECT = 1_024;
/** The same over all objects. */
export const QUEUED_LIMIT = 16_384;
/** One that has waited for so long is refused, ms: as long as an upstream is given for its head. */
export const QUEUED_MS = 8_000;

/** For how long an object that must not be shared is remembered as such, ms: then requests are collapsed once more. */
export const UNSHARED_MS = 5_000;
/** How many are remembered. */
export const UNSHARED_OBJECTS = 8_192;

/** After an upstream's error a stale object answers for so long without asking again, ms. */
export const ERROR_PAUSE_MS = 1_000;

/** The longest value of a parameter that a route lists. */
export const LISTED_VALUE_LENGTH = 32;
/** Names that are remembered as they were worked out: what a window of a dozen channels asks for … */
export const NAMES_REMEMBERED = 4_096;
/** … of requests up to this length. */
export const REMEMBERED_LENGTH = 256;
/** Routes of one edge. */
export const ROUTES_LIMIT = 64;

/** Requests that pass through at once. */
export const PASSED_LIMIT = 256;
