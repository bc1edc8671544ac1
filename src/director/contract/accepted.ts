// A network's contract after it was checked: what it may serve, and how much it wants delivered.
// Beside the first form: `serves` of a footprint, `softMbps` and `usedMbps` of a limit, all optional.
import type { Prefix } from "#network";

/** A footprint: addresses that a network says something of (RFC 8006 4.2.2.2). */
export interface AcceptedFootprint {
  /** Unique among all networks, such as `12874/a`. */
  readonly id: string;
  /** Their union; types that were intersected are so already. */
  readonly prefixes: readonly Prefix[];
  /** Whole networks, by number; the model's prefixes and tables say which addresses these are. */
  readonly asns: readonly number[];
  /** Whether its addresses may be served by the network's own caches (RFC 8008 5.3); false: a limit alone names it. Absent: true. */
  readonly serves?: boolean;
}

/** A limit on what the network's own caches deliver into the footprints together (RFC 9808 2.2). */
export interface AcceptedLimit {
  /** As in `Path.over`: `limit/12874/egress`; never `limit/12874/network`, which is the network's total. */
  readonly id: string;
  /** `maximum-hard`: never above. */
  readonly mbps: number | null;
  /** `maximum-soft`: full for new viewers, and what is above is led away; absent or null: as `mbps`. */
  readonly softMbps?: number | null;
  /** `current`, where the network tells it here; absent or null: it does not, and its caches' heartbeats tell. */
  readonly usedMbps?: number | null;
  /** Ids of footprints; empty: whomever the caches serve. */
  readonly footprints: readonly string[];
}

export interface AcceptedContract {
  readonly asn: number;
  /** Changes when footprints, limits or reports do; not with `usedMbps`. */
  readonly version: string;
  /** Where none `serves`: the whole network, by its prefixes, is served by its own caches. */
  readonly footprints: readonly AcceptedFootprint[];
  readonly limits: readonly AcceptedLimit[];
  /** What was refused or is contradictory, as sentences with the cure. */
  readonly reports: readonly string[];
}

/** The id of the limit on all that is delivered to a network: its total, told with its load and not in a contract. */
export const totalLimitOf = (asn: number): string => `limit/${asn}/network`;

/**
 * What a limit counts as where everything is full at `fullAt` of its capacity, Mb/s: as much as makes that the soft mark
 * (RFC 9808 2.2.1: before the hard limit is met, traffic is to be reduced), and never above the hard one; null: no limit.
 */
export function capacityOf(limit: AcceptedLimit, fullAt: number): number | null {
  const { mbps, softMbps = null } = limit;
  if (mbps === null) return null;
  return softMbps === null ? mbps : Math.min(mbps, softMbps / fullAt);
}
