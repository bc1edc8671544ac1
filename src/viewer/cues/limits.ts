// What the client keeps and waits for, each with its unit and reason.

/** A cue told later than this after its frame counts as late, ms: about two pictures, and what a person may notice. */
export const LATE_MS = 80;

/** Cues that wait for their frame at most; beyond, the oldest is dropped and counted. */
export const WAITING_LIMIT = 1_000;

/** Numbers that are remembered below the highest: a cue that comes again within them is known. */
export const NUMBERS_KEPT = 4_096;

/** Missing numbers that are asked for at once; of a larger gap the oldest count as lost unasked. */
export const MISSING_LIMIT = 64;

/** The largest gap that counts as lost cues: an entry keeps a thousand. */
export const LOST_AT_ONCE_LIMIT = 1_000;

/** How often a missing number is asked for, and the wait before each time, ms: an edge that falls is left within 2 s. */
export const ASKS_LIMIT = 3;
export const ASK_AFTER_MS = 700;

/** Presented frames that are remembered, to tell how late a cue is: over a minute at 60 a second. */
export const FRAMES_KEPT = 4_096;

/** A frame is announced a few refreshes of the display ahead; one further ahead than this is not believed, ms. */
export const DISPLAY_AHEAD_LIMIT_MS = 1_000;

/** Frames that are announced and not yet on the screen, at most: a second of them. */
export const ANNOUNCED_LIMIT = 128;

/** A frame captured later than now by more than this is not believed, ms: clocks of page and camera differ by less. */
export const CAPTURE_AHEAD_LIMIT_MS = 1_000;

/** A cue lies within this of the moment at which it was entered, ms; the entry allows 60 s, the rest is for clocks. */
export const CUE_REACH_MS = 90_000;

/** Characters of one cue that are read; `data` may hold 2,048. */
export const CUE_TEXT_LIMIT = 8_192;

/** Fields of a cue's data, and characters of a name and of a text in it, that are read. */
export const CUE_FIELDS_LIMIT = 64;
export const CUE_FIELD_NAME_LIMIT = 64;
export const CUE_FIELD_TEXT_LIMIT = 500;

/** Characters of one event of a stream; a longer one is passed over and counted. */
export const EVENT_TEXT_LIMIT = 65_536;
