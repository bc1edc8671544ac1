/** The longest MPD that is read, characters: a ladder of twelve for each of thirty languages. */
export const MPD_CHARS_LIMIT = 1_000_000;

/** The most elements of one document, when read. */
export const ELEMENTS_LIMIT = 10_000;

/** The most attributes of one element, when read. */
export const ATTRIBUTES_LIMIT = 64;

/** Elements within elements, when read; the deepest path of an MPD here is six. */
export const DEPTH_LIMIT = 24;
