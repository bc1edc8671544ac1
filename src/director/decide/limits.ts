// What the decision room keeps and allows, each with its unit and reason.

/** Choices that a decision names beside the first. */
export const ALTERNATIVES_LIMIT = 7;
/** Of them at most so many of one tier: when an exchange is lost, the list still knows a way around it. */
export const ALTERNATIVES_PER_TIER = 3;

/** Points on a ring: an edge of usual capacity has so many at least, */
export const RING_POINTS_LEAST = 64;
/** and so many at most, where edges are few and unevenness would show. */
export const RING_POINTS_MOST = 512;
/** The whole ring has about so many. */
export const RING_POINTS_AIM = 16_384;
/** Points of one edge at most, however large it is beside the others: owners of points are held as whole numbers of 16 bits. */
export const EDGE_POINTS_LIMIT = 4_096;
/** Points of all rings together, six bytes each; the oldest ring goes first, and is made again when it is asked. */
export const RINGS_POINTS_LIMIT = 8_000_000;
/** Sets of edges that stand in a tier together, kept at most: some kilobytes each over 1,000 edges. */
export const POOLS_LIMIT = 4_096;

/** What a tier carries in all is summed up anew after this long, ms, */
export const POOL_FRESH_MS = 10;
/** or when promises since are this share of it. */
export const POOL_FRESH_SHARE = 0.02;
/** A tier that had no room is not looked through again for this long, ms. */
export const TIER_RESTS_MS = 100;
/** Which paths are the least bad is worked out anew after this long, ms: nothing has room, and precision helps nobody. */
export const LEAST_BAD_KEPT_MS = 250;

/** Viewers remembered who moved lately; beyond them a move is counted and forgotten. */
export const MOVERS_LIMIT = 500_000;
/** Of paths that are equally bad so many share the viewers of a moment. */
export const EQUALS_LIMIT = 128;
/** Among over full paths, fills within one such step count as equal. */
export const FILL_STEP = 0.05;
/** Sentences of one decision at most. */
export const WHY_LIMIT = 8;
/** Paths looked at for reasons at most. */
export const WHY_PATHS_LIMIT = 16;
/** Paths that an explanation names; the others are counted. */
export const EXPLAINED_PATHS_LIMIT = 64;

/** Viewers are led away from what is this far from its full mark to its whole capacity, as a share of the way. */
export const SHED_ABOVE = 0.5;

/** The second edge of the ring is taken when the first is fuller than it by more than this factor: a viewer's edge does not flicker. */
export const EMPTIER = 1.05;
