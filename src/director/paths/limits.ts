// What is kept of homes and plans, each with its unit and reason.

/** Prefixes claimed by the model, by networks and by their contracts together: five times what Italian networks announce. */
export const CLAIMS_LIMIT = 100_000;
/** Prefixes of tables: the whole routing table of 2026 in both families, half as much again. */
export const TABLE_PREFIXES_LIMIT = 2_000_000;
/** Homes kept at once; beyond it all are forgotten and made again as they are asked for. */
export const HOMES_LIMIT = 200_000;
/** Paths kept in plans, some 150 bytes each: a thousand plans over a thousand edges. */
export const PATHS_LIMIT = 1_000_000;
/** Contradictions told by name; the rest is counted. */
export const REPORTS_LIMIT = 64;
/** Added to a path into another network's cache, which serves its own viewers first: above all that policy can say. */
export const OTHERS_CACHE_COST = 10_000_000;
/** The same for an edge that every contract bars, in a plan that has nothing else. */
export const BARRED_COST = 100_000_000;
/** Kilometres that `costPer100Km` is told for. */
export const COST_KM = 100;
