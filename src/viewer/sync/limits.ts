// Every threshold of the library, with its unit and why. All times are ms, all rates parts of 1.

// The clock.

/** Exchanges remembered: at one each 5 to 10 s, the last minutes and the burst at the start. */
export const SAMPLES_KEPT = 32;
/** An exchange older than this is forgotten: paths change. */
export const SAMPLE_AGE_LIMIT_MS = 300_000;
/** What browsers round their own readings to at worst (1 ms in Firefox and Safari): added to every bound. */
export const GRAIN_MS = 1;
/** A longer round trip says too little to be kept. */
export const ROUND_TRIP_LIMIT_MS = 5_000;
/** A server that says it held the question for longer is not telling the time. */
export const SERVER_TIME_LIMIT_MS = 1_000;
/** UTC beyond this is no instant (ECMA-262 21.4.1.1). */
export const UTC_LIMIT_MS = 8.64e15;
/** Drift of a local clock until it was measured, either way: a quartz is within 100 ppm (RFC 5905 assumes 15). */
export const UNKNOWN_DRIFT_PPM = 100;
/** The most drift that is believed: what NTP may slew a host's clock by (RFC 5905 11.3). */
export const DRIFT_LIMIT_PPM = 500;
/** The least uncertainty of a measured drift: a quartz wanders with its temperature. */
export const DRIFT_FLOOR_PPM = 3;
/** A measured drift counts from this certainty on; before it, the drift is taken as 0 ± {@link UNKNOWN_DRIFT_PPM}. */
export const DRIFT_CERTAIN_PPM = 40;
/** Drift is seen over windows of this length; of each only the exchange of least round trip counts. */
export const DRIFT_WINDOW_MS = 30_000;
/** Windows kept: a quarter of an hour. */
export const DRIFT_WINDOWS_KEPT = 32;
/** Windows needed for a drift. */
export const DRIFT_WINDOWS_LEAST = 6;
/** Corrections up to {@link SMALL_GAP_MS} are made by this much a second: half a per cent, nobody hears it. */
export const SMALL_SLEW = 0.005;
/** Larger corrections: as fast as a target may move. */
export const LARGE_SLEW = 0.05;
export const SMALL_GAP_MS = 50;
/** The clock settles for so long after its first exchange: a correction over {@link START_STEP_LEAST_MS} steps. */
export const START_MS = 1_500;
export const START_STEP_LEAST_MS = 10;
/** A larger correction steps, at any time, and is counted: the machine slept, or the source was set. */
export const STEP_GAP_MS = 2_000;
/** How far an exchange may lie outside of what the earlier ones say, beyond the error of both: a source that is disciplined moves by less. */
export const CONTRARY_MARGIN_MS = 20;
/** A source has moved when so many exchanges in a row say so, agreeing with each other … */
export const CONTRARY_EXCHANGES = 4;
/** … over at least this long. */
export const CONTRARY_SPREAD_MS = 10_000;
/** A reading asked for this far ahead of an exchange is no promise that a correction must wait for. */
export const AHEAD_LIMIT_MS = 1_000;
/** Corners of the line that is shown: corrections that readings of the past still pass. */
export const CORNERS_KEPT = 16;

// The target.

/** The distance behind the camera moves by so many ms a second at most: nobody sees or hears it. */
export const TARGET_SLEW_MS_PER_S = 50;
/** A distance that is followed lies within these. */
export const TARGET_LIMITS_MS = { least: 500, most: 30_000 } as const;
/** A plan that begins later than this from now is refused. */
export const TARGET_AHEAD_LIMIT_MS = 600_000;
/** Plans that differ by less where one follows the other are joined as they are: who heard 5 s late is led back to the others by the rate. */
export const TARGET_JUMP_MS = 250;
/** Changes that may wait for their beginning at a time. */
export const PLANS_WAITING_LIMIT = 4;

// The timeline.

/** Joints between media time and capture time that are remembered. */
export const ANCHORS_KEPT = 16;
/** An anchor within this of what the others say is no news: manifests round to whole ms. */
export const ANCHOR_GRAIN_MS = 2;

// What a reading may say.

/** A latency outside of these is no measurement: a player that lies, or media of another day. */
export const LATENCY_LIMITS_MS = { least: -10_000, most: 600_000 } as const;
/** Errors of the last so long make the estimate: ten beats of 50 frames a second with a screen of 60 Hz. */
export const FILTER_WINDOW_MS = 1_000;
/** Errors kept for it: one a frame. */
export const FILTER_SAMPLES_KEPT = 64;
/** Errors that are needed before anything is done about them. */
export const FILTER_SAMPLES_LEAST = 3;
/** Without a new latency for so long, the present one is not known. */
export const LATENCY_STALE_MS = 1_000;
/** A target that moves faster than this (ms a ms) has jumped: it is not followed by the rate alone. */
export const SLOPE_LIMIT = 0.06;
/** The target's slope is read over so long. */
export const SLOPE_WINDOW_MS = 400;

// The rate.

/** Rate a second of error: half of the error is gone in 1.4 s, and with 300 ms of delay it does not swing (below 1/e a second of delay). */
export const RATE_GAIN = 0.5;
/** Rates differ by this at least: Chromium re-tunes the sound at each change. */
export const RATE_QUANTUM = 0.01;
/** A present rate is kept while the wanted one is within this of it. */
export const RATE_KEPT_WITHIN = 0.0125;
/** Time between two rates, unless the way changes. */
export const RATE_DWELL_MS = 250;
/** A continuous rate begins beyond the first, and ends below the second. */
export const DEAD_BAND_MS = { begin: 8, end: 2 } as const;
/** The same of a rate in steps, which overshoots by a step times the player's delay. */
export const STEPS_BAND_MS = { begin: 22, end: 5 } as const;
/** … at most, with what the readings add. */
export const STEPS_DELAY_MS = 420;
/** Rates that a profile may name. */
export const PROFILE_LIMITS = { slowest: 0.5, fastest: 2 } as const;
/** Rates of a list that are read. */
export const PROFILE_RATES_LIMIT = 32;

// The late viewer: a rung down, then the rate, then a seek.

/** What must be left of the buffer when all of the error is caught up … */
export const BUFFER_LEFT_MS = 80;
/** … though with this much it may go faster anyway: more comes meanwhile. */
export const BUFFER_AMPLE_MS = 300;
/** A buffer that fell to this part of what going faster needs ends it. */
export const BUFFER_KEPT = 0.6;
/** After that, going faster waits for so long: a buffer of parts swings by a part. */
export const FASTER_AGAIN_MS = 500;
/** A buffer below this … */
export const BUFFER_FLOOR_MS = 120;
/** … for longer than a part lasts asks for a lower rung. */
export const BUFFER_FLOOR_FOR_MS = 400;
/** So late … */
export const RUNG_LATE_MS = 250;
/** … and not catching up for so long asks for it as well. */
export const RUNG_LATE_FOR_MS = 2_000;
/** A lower rung is kept until the viewer was in sync for so long; twice as long after each relapse … */
export const RUNG_HOLD_MS = 10_000;
/** … up to this. */
export const RUNG_HOLD_LIMIT_MS = 120_000;
/** Need of a lower rung this soon after it was given back is a relapse. */
export const RUNG_RELAPSE_MS = 30_000;

/** A seek is for errors beyond this: a rate of 8 % takes 19 s for it. */
export const SEEK_LEAST_MS = 1_500;
export const SEEK_PERIOD_MS = 5_000;
/**
 * Who had to wait has seen the picture stand: for so long after it, what was missed is jumped over when it is more than the
 * second figure, which the rate would need five seconds for while all others are elsewhere.
 */
export const AFTER_WAIT_MS = 3_000;
export const AFTER_WAIT_SEEK_MS = 400;
/** After a seek that did not halve the error the next one waits twice as long, up to this. */
export const SEEK_PERIOD_LIMIT_MS = 60_000;
/** The same for players that keep their own speed. */
export const FIXED_SEEK_LEAST_MS = 1_000;
export const FIXED_SEEK_PERIOD_MS = 30_000;
/** Within so long of the first picture one seek may put it right … */
export const FIRST_SEEK_WITHIN_MS = 3_000;
/** … when it is off by more than this; less is gone in two seconds. */
export const FIRST_SEEK_LEAST_MS = 120;
/** What a seek takes, and the playhead is late by after it, until it was seen; and the most that is believed. */
export const SEEK_LEAD_MS = { first: 80, most: 500 } as const;
/** Latencies read so soon after a seek are of frames before it. */
export const SEEK_SETTLE_MS = 600;

// The words.

/** In sync within the first; no more beyond the second. */
export const IN_SYNC_MS = { within: 80, beyond: 100 } as const;
/** Whether an error shrinks is seen over so long … */
export const SHRINK_WINDOW_MS = 1_000;
/** … by so much at least. */
export const SHRINK_LEAST_MS = 20;
