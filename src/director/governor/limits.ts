// What the governor holds, waits for and allows, each with its unit and reason.
import { ms } from "#base";

/** How often the governor judges every cohort. */
export const GOVERN_PERIOD_MS = ms(1_000);
/** What a viewer's target holds beyond what its cohort needs, ms: needs are of the last seconds, and change. */
export const NEED_ROOM_MS = 100;
/** A target that is nearer than this to what is held is left as it is, ms. */
export const DEAD_BAND_MS = 100;
/** For so long less must have been enough before a target comes down, ms: two of telemetry's windows. */
export const CALM_MS = 20_000;
/** A target comes down by so much at a time, ms: 10 s of slope. */
export const LOWER_STEP_MS = 500;
/** Pressure raises a target by so much, ms: a retransmission time-out and a part. */
export const PRESSURE_STEP_MS = 500;
/** Pressure raises a target to so much above what is held, ms: more does not help who stalls then. */
export const PRESSURE_MOST_MS = 1_500;
/** Pressure does not raise a target again within this, ms: as long as a step takes to be told and walked, nearly. */
export const STEP_AGAIN_MS = 15_000;
/** More viewers than this share stalling within telemetry's window press. */
export const STALLING_SHARE = 0.05;
/** Where viewers stalled, and so much above, a target does not come back to, ms, */
export const WARY_ROOM_MS = 200;
/** for so long, ms: what they say that they need is not all that they need, and a city must not go up and down. */
export const WARY_MS = 300_000;
/** Sessions of so many seconds are taken for the rate of now. */
export const SURGE_OVER_S = 5;
/** A surge is at least so many sessions a second, */
export const SURGE_LEAST_PER_S = 50;
/** and so many times the rate before it, */
export const SURGE_FACTOR = 5;
/** of which so many seconds must be known: a director that has just begun knows no usual rate. */
export const SURGE_HISTORY_S = 10;
/** A lost edge presses for so long, ms: by then its viewers are elsewhere, and the loads there tell. */
export const LOST_IS_NEWS_MS = 30_000;
/** How long before it begins a change is told, ms: a steering period, for all to hear it, and two seconds for the way. */
export const TARGET_LEAD_MS = 7_000;
/** Versions are renewed this often, ms, so that a viewer who comes from another place takes its new one's target. */
export const RENEW_VERSION_MS = 30_000;
/** For so long after telemetry's first word a new director takes cohorts up where they are, ms. */
export const ADOPT_MS = 5_000;
/** Viewers whose median is nearer than this to their target follow one, ms. */
export const ADOPT_SYNC_MS = 250;
/** Cues wait so much longer than a cohort's viewers are behind, ms: reports are a second old and clocks differ. */
export const RELEASE_MARGIN_MS = 500;
