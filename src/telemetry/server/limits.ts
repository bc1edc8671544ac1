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

/** Viewers shown one by one; events of further ones are counted as dropped here, and still count in their cohort. */
export const VIEWERS_LIMIT = 2_000;

/** Viewers whose latest word is kept for the cohorts; events of further ones do not count there. */
export const COHORT_VIEWERS_LIMIT = 200_000;

/** A silent viewer's counters are remembered for this long, ms: who comes back out of a tunnel is not counted anew. */
export const VIEWER_MEMORY_MS = 60_000;

/** Distances from the camera, needs and distances from the target that can be true, ms; no player buffers a minute. */
export const LATENCY_LIMIT_MS = 60_000;

/** A counter of one session that can be true: a stall or a lost cue each tenth of a second of a long match. */
export const COUNTER_LIMIT = 100_000;

/** Up to so many values quantiles are exact; of more, to the millisecond. */
export const SORTED_VALUES_LIMIT = 64;

/** Milliseconds between the least and the largest value, for each of them, up to which counting is quicker than sorting. */
export const COUNTED_RANGE_MS = 64;

/** A viewer that says nothing for this long is gone, ms (events come each second). */
export const VIEWER_SILENCE_MS = 5_000;

/** A viewer's own figures count, for its hops and in its cohort, while they are this fresh, ms. */
export const VIEWER_FRESH_MS = 2_500;

/** Characters of a session, edge, network or rendition name that are kept. */
export const NAME_LENGTH_LIMIT = 64;

/** Body of `POST /hops`, bytes: 2,000 stamps of 400 bytes. */
export const HOPS_BODY_LIMIT = 1_048_576;

/** Body of `POST /cmcd`, bytes: a minute of a viewer that could not send. */
export const CMCD_BODY_LIMIT = 131_072;

/** How often the summary goes to the listeners of `/live`, ms. */
export const LIVE_PERIOD_MS = 500;
