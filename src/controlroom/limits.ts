// What the control room asks, keeps and shows at most.

/** How often everybody is asked and the picture is sent, ms. */
export const POLL_PERIOD_MS = 1_000;

/** A party that has not answered by then is taken as silent in this picture, ms: the picture keeps its beat. */
export const POLL_DEADLINE_MS = 800;

/** The largest answer that is read, bytes: a summary with 2,000 viewers is about 500 kB. */
export const ANSWER_LIMIT = 4_194_304;

/** Characters of another role's refusal that are passed on. */
export const REFUSAL_LENGTH_LIMIT = 400;

/** For how long after its start the control room does not call a party silent that it has not reached yet, ms. */
export const STARTING_MS = 5_000;

/** Points of the plots that are kept, one a second: fifteen minutes. */
export const HISTORY_POINTS_LIMIT = 900;

/** Event marks that are kept. */
export const MARKS_LIMIT = 200;

/** How long the verdict speaks of an encoder that was replaced, ms. */
export const REPLACED_IS_NEWS_MS = 30_000;

/** How long after a stall the verdict speaks of it, ms. */
export const STALL_IS_NEWS_MS = 10_000;

/** For how long a viewer counts to the edge that it has left, ms: an edge is called lost later than viewers leave it. */
export const LEFT_EDGE_MS = 10_000;

/** A newest part this far behind the camera means that none comes any more, ms: a segment, and what a part takes. */
export const NO_PARTS_MS = 2_500;

/** Encoders of a broadcaster that are shown. */
export const ENCODERS_LIMIT = 8;

/** Below this share of a place's viewers, being late is theirs alone, and the verdict stays calm about it. */
export const LATE_FEW_SHARE = 0.05;

/** Viewers shown one by one in the viewers' block. */
export const VIEWER_ROWS_LIMIT = 60;

/** Places shown in their table; the largest. */
export const COHORT_ROWS_LIMIT = 12;

/** Places with a line of their own in the plots. */
export const COHORT_LINES_LIMIT = 4;

/** A load above this share of capacity is worth a word; above the second, trouble. */
export const BUSY_SHARE = 0.8;
export const FULL_SHARE = 0.95;

/** How long the last map of a director that fell silent is still counted, ms. */
export const MAP_COUNTS_MS = 5_000;

/** Sentences of directors that the network view keeps. */
export const NETWORK_REPORTS_LIMIT = 64;

/** Networks are sorted anew when one has more viewers than the one above it by this share. */
export const REORDER_BEYOND = 0.35;

/** Networks and edges that the network view shows before all are asked for. */
export const NETWORK_ROWS_LIMIT = 16;
export const EDGE_ROWS_LIMIT = 24;

/** Questions to the directors' `/explain` under way at once, and how long one director may take, ms. */
export const EXPLAIN_AT_ONCE = 8;
export const EXPLAIN_DEADLINE_MS = 1_500;

/** Characters of an address that is asked for. */
export const ADDRESS_LENGTH_LIMIT = 64;

/** Cues that the desk lists. */
export const CUES_LISTED = 20;

/** Cues that the desk enters in a second at most: a person presses no faster; feeds go to the origin themselves. */
export const CUE_ENTRIES_PER_S = 5;

/** An entry's body, bytes, and the origin's answer to it, characters: a cue's data is 2,048 at most. */
export const CUE_BODY_LIMIT = 4_096;
export const CUE_ANSWER_LIMIT = 8_192;

/** How long the origin may take over an entry, ms. */
export const CUE_DEADLINE_MS = 3_000;
