// What the director holds, waits for and allows, each with its unit and reason.
import { ms } from "#base";

/** An edge is down after this long without a heartbeat: two of them lost and half a second of grace. */
export const HEARTBEAT_SILENCE_MS = ms(2_500);
/** For this long after the start an edge that has not spoken yet counts as up: it had no time to. */
export const START_GRACE_MS = ms(3_000);
/** How often each exchange and network is asked. */
export const POLL_PERIOD_MS = ms(1_000);
/** A carrier that has not answered by then is left until the next period. */
export const POLL_TIMEOUT_MS = ms(800);
/** What a carrier told is called stale after this long; it stands all the same. */
export const STALE_AFTER_MS = ms(3_500);
/** The largest answer read from a carrier: 2,000 members with their ports fit into half of it. */
export const CARRIER_BODY_LIMIT = 1_048_576;
/** Prefixes held at most, all networks together: five times what all Italian networks announce. */
export const PREFIX_LIMIT = 100_000;
/** Carriers asked at most. */
export const CARRIERS_LIMIT = 64;
/** Edges known at most. */
export const EDGES_LIMIT = 1_000;

/** Loads within one such step count as equal, so that viewers spread instead of chasing the last digit. */
export const LOAD_STEP = 0.1;
/** From this share of its capacity on an edge, or a port on the way to it, is full and others go first. */
export const FULL_LOAD = 0.95;
/** How many load steps worse than the best a viewer's present edge may be before steering moves the viewer. */
export const STAY_STEPS = 1;

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

/** Seconds between two steering requests of one player; the standards recommend 300, too long for a live match. */
export const STEERING_TTL_S = 5;
/** New sessions a second; a player that is refused asks again after a second. */
export const SESSIONS_PER_SECOND_LIMIT = 2_000;
/** Decisions shown by `GET /state`. */
export const DECISIONS_LIMIT = 50;

/** The largest request body, bytes: a heartbeat has some 200. */
export const BODY_LIMIT = 16_384;
/** The longest session id or address read from a query. */
export const NAME_LENGTH_LIMIT = 64;
/** The longest list of pathways read from a player's query. */
export const PATHWAYS_LENGTH_LIMIT = 1_024;
