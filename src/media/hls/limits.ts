/** The longest playlist that is read, characters: an hour of segments with their dates. */
export const PLAYLIST_CHARS_LIMIT = 1_000_000;

/** The most segments that one playlist may hold or skip, when read. */
export const SEGMENTS_IN_PLAYLIST_LIMIT = 10_000;

/** The most parts that one playlist may hold, when read. */
export const PARTS_IN_PLAYLIST_LIMIT = 10_000;

/** The longest segment of text that is read, characters: a page a second. */
export const WEBVTT_CHARS_LIMIT = 100_000;

/** The most cues in one segment of text, when read. */
export const WEBVTT_CUES_LIMIT = 1_000;

/** The most attributes of one tag, when read. */
export const ATTRIBUTES_LIMIT = 64;
