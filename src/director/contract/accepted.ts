// A network's contract after it was checked: what it may serve, and how much it wants delivered.
import type { Prefix } from "#network";

/** A footprint: the addresses for which a network offers to be served by its own caches (RFC 8008 5). */
export interface AcceptedFootprint {
  /** Unique among all networks, such as `12874/a`. */
  readonly id: string;
  /** Their union; types that were intersected are so already. */
  readonly prefixes: readonly Prefix[];
  /** Whole networks, by number; the model's prefixes and tables say which addresses these are. */
  readonly asns: readonly number[];
}

/** A limit on what is delivered into the footprints together (RFC 9808 2.2). */
export interface AcceptedLimit {
  /** As in `Path.over`: `limit/12874/egress`. */
  readonly id: string;
  readonly mbps: number | null;
  /** Ids of footprints; empty: all that goes to the network. */
  readonly footprints: readonly string[];
}

export interface AcceptedContract {
  readonly asn: number;
  readonly version: string;
  /** Empty: the whole network, by its prefixes. */
  readonly footprints: readonly AcceptedFootprint[];
  readonly limits: readonly AcceptedLimit[];
  /** What was refused or is contradictory, as sentences with the cure. */
  readonly reports: readonly string[];
}
