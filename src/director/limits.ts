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
/** Carriers asked at most: each is one small request a second. */
export const CARRIERS_LIMIT = 256;
/** The log tells how far a table is each time so many rows were read. */
export const TABLE_LOG_ROWS = 100_000;
/** Edges known at most. */
export const EDGES_LIMIT = 1_000;

/** From this share of its capacity on an edge is full, where no policy says otherwise. */
export const FULL_LOAD = 0.95;
/** How often what carriers told is taken over: half of the time between two of their words. */
export const MEASURE_PERIOD_MS = ms(500);

/** Seconds between two steering requests of one player; the standards recommend 300, too long for a live match. */
export const STEERING_TTL_S = 5;
/** Networks that `GET /map` names, the busiest; the others are counted. */
export const MAP_NETWORKS_LIMIT = 256;
/** Reports that `GET /map` shows, the newest. */
export const MAP_REPORTS_LIMIT = 64;
/** Decisions shown by `GET /state`. */
export const DECISIONS_LIMIT = 50;

/** The largest request body, bytes: a heartbeat has some 200. */
export const BODY_LIMIT = 16_384;

/** A heartbeat is taken to be this old at most, ms: beyond, the edge's clock is likelier wrong than its word late. */
export const NEWS_AGE_LIMIT_MS = ms(2_000);
