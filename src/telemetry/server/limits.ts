// What the collector keeps, and for how long. Everything here is the last seconds of one match.

/** How far back the summary looks, ms. */
export const SUMMARY_WINDOW_MS = 10_000;

/** Slices of the window: what is older than a whole slice beyond the window is forgotten at once. */
export const WINDOW_SLICES = 10;

/** How long after its capture a part's stamps are joined, ms: a viewer 20 s behind is still explained. */
export const JOIN_AGE_LIMIT_MS = 25_000;

/** A stamp may be this far before its part's capture, ms: clocks of several machines differ a little. */
export const JOIN_LEAD_LIMIT_MS = 1_000;

/** Parts joined at a time: eight renditions for the whole age. */
export const JOIN_PARTS_LIMIT = 1_000;

/** Stamps held by all parts together: 2,000 viewers with three each for the parts of 10 s. */
export const JOIN_STAMPS_LIMIT = 200_000;

/** Distinct (hop, node) pairs in the summary. */
export const SERIES_LIMIT = 256;

/** An edge's stamp may be this much later than the player's and still be its source, ms: two clocks. */
export const EDGE_AFTER_PLAYER_TOLERANCE_MS = 50;

/** Viewers in the table; events of further ones are dropped and counted. */
export const VIEWERS_LIMIT = 2_000;

/** A viewer that says nothing for this long is gone, ms (events come each second). */
export const VIEWER_SILENCE_MS = 5_000;

/** A viewer's own glass to glass is used for its hops while it is this fresh, ms. */
export const VIEWER_FRESH_MS = 2_500;

/** Characters of a session, edge, network or rendition name that are kept. */
export const NAME_LENGTH_LIMIT = 64;

/** Body of `POST /hops`, bytes: 2,000 stamps of 400 bytes. */
export const HOPS_BODY_LIMIT = 1_048_576;

/** Body of `POST /cmcd`, bytes: a minute of a viewer that could not send. */
export const CMCD_BODY_LIMIT = 131_072;

/** How often the summary goes to the listeners of `/live`, ms. */
export const LIVE_PERIOD_MS = 500;
