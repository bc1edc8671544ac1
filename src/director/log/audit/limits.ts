// What an audit holds and allows, each with its unit and reason.

/** From when it was told a contract has to be obeyed, s. */
export const OBEY_S = 5;
/**
 * Beyond that, viewers who watch already take so long to leave, s: until they ask for steering again (5 s), and as long
 * again for the segment under way and what lies in buffers on the way.
 */
export const DRAIN_S = 10;
/** What is measured is judged by its mean over so long, s: segments come in bursts of 1.92 s. */
export const WINDOW_S = 5;
/** Between two measurements of one limit there may be so much, s; more is a time without any. */
export const GAP_S = 3;
/** The longest line read, characters: a contract of 20,000 prefixes. */
export const LINE_LENGTH_LIMIT = 2_097_152;
/** Networks, and limits of one, that are judged; what is more is told. */
export const NETWORKS_LIMIT = 10_000;
/** Breaches of one clause that are kept with all they are; the rest is counted. */
export const BREACHES_LIMIT = 100;
/** Times without measurement, or with, that are kept of one limit. */
export const SPANS_LIMIT = 1_000;
/** Decisions shown of one breach. */
export const SHOWN_DECISIONS = 5;
