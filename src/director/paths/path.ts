// What the network offers a viewer: paths to edges, in tiers of equal cost. Whether there is room is decided elsewhere.
import type { PathClass } from "#protocol";
import type { EdgeDeclaration } from "./edge.ts";

/**
 * Whose viewers: what the longest prefix of an address says. The same answer is the same object until the network
 * changes, so that what is worked out for a home can be kept by it.
 */
export interface Home {
  /** Null: no prefix and no table covers the address. */
  readonly asn: number | null;
  readonly name: string;
  /** Where its viewers are, when that is known; also their cohort. */
  readonly place: string | null;
  /** Footprints of contracts that cover it, by their ids, sorted. */
  readonly footprints: readonly string[];
}

/** One edge as the viewers of a home reach it. */
export interface Path {
  readonly edge: EdgeDeclaration;
  readonly class: PathClass;
  /** By the operator's policy: class, edge and distance. */
  readonly cost: number;
  /**
   * What the bytes pass that can be full, by id, the edge first: `edge/ID`, `port/EXCHANGE/ASN/in` of the edge's network
   * and `port/EXCHANGE/ASN/out` of the viewer's, `pni/ID`, `limit/ASN/ID`.
   */
  readonly over: readonly string[];
  /** One sentence: why this class. */
  readonly reason: string;
}

/** Paths of equal cost: among them load decides. */
export interface Tier {
  readonly cost: number;
  readonly paths: readonly Path[];
}

/**
 * All that may be used, cheapest first, and what may not, with the reason. Every edge is in it once. There is a tier
 * whenever there is an edge: where every one is barred, they are a tier all the same, and their reasons say so.
 */
export interface PathPlan {
  readonly tiers: readonly Tier[];
  readonly barred: readonly { readonly edge: string; readonly why: string }[];
}
