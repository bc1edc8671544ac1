// What the load room holds, waits for and allows, each with its unit and reason.
import { ms } from "#base";
import { STALE_AFTER_MS } from "../limits.ts";

/** Resources known at most: 1,000 edges, and ports, PNIs and limits of 2,000 networks several times over. */
export const RESOURCES_LIMIT = 20_000;
/** Promises are kept in slots of this length, ms: a quarter of a measurement's second. */
export const PROMISE_SLOT_MS = 250;
/** A promise younger than this at a measurement is not in it at all, ms: the player has only begun to ask. */
export const PROMISE_UNSEEN_MS = 250;
/** A promise older than this at a measurement is wholly in it, ms: it drew through all of the second measured. */
export const PROMISE_SEEN_MS = 1_250;

/** A player that is moved goes on with what it loads: its promise counts as made so much later, ms. */
export const MOVE_LAG_MS = 2_000;
/**
 * So many slots are kept: from what is not wholly in the oldest measurement that is taken, to what a move of now promises for
 * later.
 */
export const PROMISE_SLOTS =
  Math.ceil((PROMISE_SEEN_MS + STALE_AFTER_MS + MOVE_LAG_MS) / PROMISE_SLOT_MS) + 1;
/** So long after a move its bytes have moved too and were measured, ms: a player ends its segment, and two measurements. */
export const MOVE_VISIBLE_MS = 3_000;
/** A round of shedding at the usual time between polls, ms. */
export const SHED_ROUND_MS = 8_000;
/** When so much of a resource's audience was shed already, the rounds begin anew. */
export const SHED_WRAPS_AT = 0.9;
/** An edge that stays slow has lost all its viewers after this long, ms: two steering polls. */
export const SLOW_LEFT_MS = ms(10_000);
/** The share that leaves a slow edge at once. */
export const SLOW_FIRST_SHARE = 0.25;

/** How often an edge is probed. */
export const PROBE_PERIOD_MS = 1_000;
/** Probes of an edge come this much earlier or later, so that a thousand of them spread. */
export const PROBE_JITTER_MS = 100;
/** A probe that has not ended by then has failed. */
export const PROBE_TIMEOUT_MS = 800;
/** How often the prober looks who is due. */
export const PROBE_TICK_MS = 50;
/** Probes under way at once. */
export const PROBES_AT_ONCE = 64;
/** When the prober itself is this late, its process is busy, and what it measures says nothing about edges, ms. */
export const PROBER_LATE_MS = 100;
/**
 * An edge is down after so many failed probes one after another. One of ours says itself that it is there: its probes tell
 * only that it cannot be reached, and a busy machine may miss some.
 */
export const PROBE_FAILURES = { foreign: 2, own: 5 } as const;
/** An edge that was down is back after so many good ones. */
export const PROBE_SUCCESSES = 3;
/** The last few probes, of which the middle one counts. */
export const PROBE_RECENT = 5;
/** From so many probes on there is a usual one to compare with. */
export const PROBE_LEARNED = 5;
/** Probes of the past that say what is usual: two minutes. */
export const PROBE_PAST = 120;
/** While an edge is slow, one probe in so many is taken as usual: a lasting change becomes the usual in ten minutes. */
export const PROBE_SLOW_LEARNS = 8;
/** An edge is slow when its first byte takes so many times the usual, */
export const SLOW_FACTOR = 4;
/** and at least this much more than the usual, ms: what a viewer's buffer feels, and what a busy machine of ours is not. */
export const SLOW_LEAST_MS = { foreign: 200, own: 500 } as const;
/** Or when a large object comes at less than this share of its usual speed. */
export const SLOW_SPEED_SHARE = 0.25;
/** It is well again below this share of what makes it slow. */
export const SLOW_BACK_SHARE = 0.6;
/** One probe in so many of a foreign edge reads a larger object. */
export const PROBE_LARGE_EVERY = 3;
/** The last few speeds, of which the middle one counts, and how many say what is usual. */
export const SPEEDS_RECENT = 3;
/** The larger object is read no longer than this, ms: what came by then tells the speed. */
export const PROBE_LARGE_MS = 1_500;
/** What is read of the larger object, bytes: a speed up to 100 Mb/s takes 20 ms. */
export const PROBE_LARGE_BYTES = 262_144;
/** A playlist is read as far as this, bytes. */
export const PLAYLIST_BYTES_LIMIT = 1_048_576;
/** Smaller objects say nothing about speed, bytes. */
export const PROBE_LARGE_LEAST_BYTES = 32_768;

/** Viewers known one by one at most; those beyond are counted as overlooked. */
export const VIEWERS_LIMIT = 500_000;
/** Pairs of network and edge known at most: a thousand networks on fifty edges each. */
export const CELLS_LIMIT = 50_000;
/** Fewer viewers than these, all edges together, do not tell what a viewer draws. */
export const EXPECT_FROM_VIEWERS = 10;
/** What a viewer is believed to draw lies within these, Mb/s: an edge that counts its viewers wrongly misleads nobody. */
export const EXPECTED_MBPS = { least: 0.1, most: 100 } as const;
