// Bounds of the reference engine. What it shares with the other players stands in ../limits.ts.

/** A chunk: a part of the best rung is some hundred kilobytes. */
export const CHUNK_BYTES_LIMIT = 8_000_000;

/** Boxes of a chunk before its mdat: styp, prft, emsg, moof. */
export const CHUNK_BOXES_LIMIT = 16;

/** What waits to be appended, chunks and bytes: more than a join brings. */
export const APPENDS_LIMIT = 32;
export const APPEND_BYTES_LIMIT = 24_000_000;

/** Media is loaded so far ahead of the playhead at most, s: a paused player stops there. */
export const AHEAD_LIMIT_S = 12;

/** What lies behind the playhead is cleared away this often, s of media, so that it costs nothing. */
export const CLEAR_STEP_S = 5;

/** Parts of a joined segment that are asked for side by side: three and a header, two tracks, six connections. */
export const PARTS_ABREAST = 3;

/** A part that is not there yet is asked for again after so long, ms, and so many times: clocks differ by a little. */
export const NOT_YET_WAIT_MS = 60;
export const NOT_YET_LIMIT = 20;

/** After a failure the next request waits so long, ms, times the failures in a row: nobody is hammered. */
export const FAILURE_WAIT_MS = 40;

/** A location that fails again and again rests at most so long, s; from EDGE_PENALTY_S on it doubles. */
export const LONGEST_PENALTY_S = 60;

/** Text that failed is asked for again after so long, ms. */
export const TEXT_WAIT_MS = 1_000;

/** From the moment the data are there to the first picture, ms, measured; the playhead is put so far ahead. */
export const SEEK_LEAD_MS = 60;

/** From the plan to the data, ms: the place of the join is so far ahead. */
export const JOIN_LEAD_MS = 150;

/** Sound and picture beyond the place before the playhead goes there, s: what the browser wants before it plays. */
export const START_MARGIN_S = 0.1;

/** The start waits so long for its place, ms; then it takes the nearest that is there. */
export const START_PATIENCE_MS = 700;

/** The clock's first exchange is awaited so long, ms; then this machine's clock has to do. */
export const CLOCK_PATIENCE_MS = 1_500;

/** The playhead is looked at for holes this often, ms. */
export const LOOK_PERIOD_MS = 40;

/** A jump of the playhead is given so long before its place is doubted, ms. */
export const MOVE_PATIENCE_MS = 600;

/** A playhead within this of its buffer's end stands there, s. */
export const AT_END_S = 0.06;

/** A part is late beyond this over the quickest of late, ms. */
export const LATE_MS = 200;

/** The quickest is remembered over so many parts: 20 s. */
export const PARTS_REMEMBERED = 64;

/** Picture that is buffered when a part has come, ms; less twice running is no margin. */
export const LOW_BUFFER_MS = 150;

/** The rung's rate over the measured rate: going down, and going up. */
export const DOWN_SHARE = 0.75;
export const UP_SHARE = 0.7;

/** Calm before the first probe, ms; doubled when going up proved wrong within the third figure, up to the second. */
export const CALM_MS = 5_000;
export const LONGEST_CALM_MS = 60_000;
export const REGRET_MS = 15_000;

/** Between two probes, ms, and at least so many times as long as the last one took; a probe is given up after the third. */
export const PROBE_PERIOD_MS = 2_000;
export const PROBE_REST = 10;
export const PROBE_DEADLINE_MS = 600;

/** Good probes before the player goes up. */
export const PROBES_WANTED = 2;

/** "lower" that lasts so long lowers once more, ms. */
export const LOWER_AGAIN_MS = 4_000;

/** Deliveries below this tell no rate, bytes. */
export const SAMPLE_BYTES = 4_000;
/** Measurements behind the rate shown, and their life, ms. */
export const SAMPLES_KEPT = 8;
export const SAMPLE_LIFE_MS = 30_000;

/** Locations and headers that are remembered. */
export const LOCATIONS_LIMIT = 16;
export const HEADERS_LIMIT = 32;

/** Time to live of a steering answer, s: between these. */
export const STEERING_TTL_S = { least: 1, most: 300, first: 5 } as const;

/** Bytes of a steering answer. */
export const STEERING_CHARS_LIMIT = 64_000;

/** Cues in the text track; the oldest go. */
export const CUES_LIMIT = 2_000;
/** Characters of one cue. */
export const CUE_CHARS_LIMIT = 2_000;
