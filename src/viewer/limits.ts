// What the watch server and its page allow themselves.

/** The largest request body that the watch server reads, bytes: it takes none. */
export const WATCH_BODY_LIMIT = 1_024;

/** Networks and edges in one configuration at most. */
export const WATCH_CHOICES_LIMIT = 64;

/** The longest that a browser keeps a built file, s: names carry a hash of their content. */
export const ASSET_AGE_S = 86_400;
