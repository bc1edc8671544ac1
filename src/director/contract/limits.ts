// What is taken of networks' contracts, each with its unit and reason.

/** Sentences on one contract; what is more is told as a number. */
export const CONTRACT_REPORTS_LIMIT = 32;
/** The shortest prefix that a single network can have, bits by family: what is shorter means the whole Internet. */
export const BROADEST_PREFIX = { 4: 8, 6: 16 } as const;
/** A limit of nothing counts as so much, Mb/s: a load is a share of something. */
export const LEAST_LIMIT_MBPS = 0.001;
/** The longest id of a limit, characters; more is cut. */
export const LIMIT_ID_LENGTH = 64;
