// What the watch server and its page allow themselves.

/** Networks and edges in one configuration at most. */
export const WATCH_CHOICES_LIMIT = 64;

/** Directors in one configuration at most. */
export const WATCH_DIRECTORS_LIMIT = 16;

/** The longest that a browser keeps a built file, s: names carry a hash of their content. */
export const ASSET_AGE_S = 86_400;
