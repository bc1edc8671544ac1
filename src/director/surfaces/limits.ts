// What the doors for players hold, tell and allow, each with its unit and reason.
import { ms } from "#base";

/** Pathways told to a player at most: where to go, and enough to fall back on; a document of one packet. */
export const PATHWAYS_LIMIT = 6;
/** The longest list of pathways or throughputs read from a player's query, characters. */
export const PATHWAYS_LENGTH_LIMIT = 1_024;
/** The longest session id or address read from a query, characters. */
export const NAME_LENGTH_LIMIT = 64;

/** The longest time between two requests when many poll: players leave a dead edge by themselves, targets come later. */
export const STEERING_TTL_LIMIT_S = 60;
/** From this share of the rate on polls are spread in time; half is what they have for certain. */
export const POLLS_SHARE = 0.4;

/** Requests of players answered a second, where nothing else is set: a core answers 5,200 sessions or 8,400 polls (docs/operating/steering.md). */
export const REQUESTS_PER_S = 3_000;
/** What a network may have above its share for a moment, as a factor: its quiet prefixes wait for none of its loud ones. */
export const OVERSHOOT = 1.25;
/** What may pass above the rate for a moment, as a factor: those who come first get in while shares are worked out. */
export const CEILING = 1.5;
/** How much faster than its share anyone may be within a slot, as a factor. */
export const BURST = 2;
/** Over so long requests are counted: a second, in slots. */
export const SLOT_MS = ms(100);
export const SLOTS = 10;
/** Rows for prefixes: more /24s than ask in one second; two kinds take 3 MB. */
export const PREFIX_ROWS = 32_768;
/** Rows for networks: those of a country with room. */
export const NETWORK_ROWS = 4_096;
/** After so long prefixes are spread over the rows anew: whoever shares a row with a flood shares it no longer. */
export const REKEY_MS = ms(20_000);
/** The longest time that anyone is sent away for, s; it is doubled by the spread. */
export const RETRY_LIMIT_S = 15;

/** Viewers of one path whose measurements are kept, and as many whose next one is waited for. */
export const SAMPLES_LIMIT = 32;
/** Fewer viewers than this say nothing of a path. */
export const SAMPLES_LEAST = 8;
/** A measurement older than this says nothing of now. */
export const SAMPLE_AGE_MS = ms(30_000);
/** Who has not spoken again by then has left, and another is heard instead: longer than any TTL. */
export const WAITING_AGE_MS = ms(90_000);
/** Paths (a network and an edge) with measurements; the one heard longest ago goes. */
export const SLOW_PATHS_LIMIT = 4_096;
/** Below this share of what a viewer draws on average a path gives too little: players of small pictures measure less. */
export const NEED_SHARE = 0.5;
/** The same where no other edge is known to give the network more. */
export const ALONE_SHARE = 0.25;
/** Another edge does better when its median is this many times as large. */
export const BETTER = 1.5;
/** A path is judged no more often than this. */
export const JUDGE_PERIOD_MS = ms(1_000);
/** For so long a path that was found slow is left alone; twice as long each time that it is found slow again. */
export const SLOW_HOLD_MS = ms(60_000);
export const SLOW_HOLD_LIMIT_MS = ms(960_000);
/** What a player can have measured, Mb/s; anything else is a mistake. */
export const THROUGHPUT_LIMITS_MBPS = { least: 0.01, most: 100_000 } as const;
