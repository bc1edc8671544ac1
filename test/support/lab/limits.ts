// What a lab may be, and how long it waits.
import { ms } from "#base";

/** Labs on one machine at a time: the third byte of the management prefix 198.18.N.0/24 (RFC 2544). */
export const LABS_LIMIT = 256;
/** Stations of one lab: the last byte of their management addresses, less the host's own. */
export const STATIONS_LIMIT = 250;
/** A role must listen within this time. Two dozen start at once on two cores. */
export const ROLE_START_LIMIT_MS = ms(25_000);
/** A process that was told to end is killed after this time. */
export const STOP_LIMIT_MS = ms(4_000);
/** An emulator must have its interfaces within this time. */
export const EMULATOR_START_LIMIT_MS = ms(5_000);
/** What a play waits for must come within this time, unless it says another. */
export const WAIT_LIMIT_MS = ms(30_000);
/** How often a wait looks. */
export const WAIT_PERIOD_MS = ms(100);
/** A command of `ip` or `tc` has this long. */
export const COMMAND_LIMIT_MS = ms(20_000);
/**
 * How long a shaped port's queue may be, ms. A part leaves an edge for all its viewers at once: of a port that is nearly
 * full that is almost a part's time, which links of many senders smooth out and a port of some Mb/s has to hold.
 */
export const PORT_QUEUE_MS = 300;
/** What a shaped port may send at once, ms at its speed, and bytes at least: one burst of segmentation offload. */
export const PORT_BURST = { ms: 4, bytes: 65_536 } as const;
/** What Ethernet (14), IPv4 (20) and TCP with timestamps (32) add to each packet, bytes. */
export const HEADER_BYTES = 66;
/** Lines of a process's words that are kept for the picture of a failure. */
export const WORDS_LIMIT = 20;
