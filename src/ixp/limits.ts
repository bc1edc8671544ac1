// What an exchange holds and waits for, each with its unit and reason.
import { ms } from "#base";

/** How often ports are measured: loads are told over the last second. */
export const MEASURE_PERIOD_MS = ms(1_000);
/** Members at most: the largest exchanges have about 1,500. */
export const MEMBERS_LIMIT = 2_000;
/** Relays at most: each is a listening socket. */
export const RELAYS_LIMIT = 64;
