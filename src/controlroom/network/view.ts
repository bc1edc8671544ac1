// The network view: what its page is sent. Plain data; the page imports these types.
import type { Explanation, NetworkMap, PathClass } from "#protocol";

/** Viewers and megabits a second. */
export interface Amount {
  readonly viewers: number;
  readonly mbps: number;
}

/** A class's part of something. Shares are 0…1 of the whole, null where the whole is nothing. */
export interface ClassPart extends Amount {
  readonly class: PathClass;
  readonly viewerShare: number | null;
  readonly mbpsShare: number | null;
}

/** A class's part of the whole, with what the class means. */
export interface ClassTotal extends ClassPart {
  readonly label: string;
  /** Whether it counts as local. */
  readonly local: boolean;
  readonly says: string;
}

export interface NetworkRow extends Amount {
  /** Stable from one view to the next. */
  readonly id: string;
  readonly asn: number | null;
  readonly name: string;
  readonly place: string | null;
  /** Classes that somebody is in, best first. */
  readonly classes: readonly ClassPart[];
  readonly local: number | null;
  readonly measuredMbps: number | null;
  readonly limitMbps: number | null;
  readonly exchanges: readonly string[];
  readonly pnis: readonly string[];
}

export type EdgeRow = NetworkMap["edges"][number] & {
  /** Name of the network that it stands in, where that is known. */
  readonly inName: string | null;
};

export type ExchangeRow = NetworkMap["exchanges"][number];
export type PniRow = NetworkMap["pnis"][number] & { readonly names: readonly [string, string] };

/** A director and how its map is. */
export interface DirectorRow extends Amount {
  readonly url: string;
  /** Why its map is not there or old; null while it answers. */
  readonly problem: string | null;
  /** Whether its last map is in the sums. */
  readonly counted: boolean;
  /** Since when it answers, or does not. UTC, ms. */
  readonly since: number;
}

export type ViewState = "good" | "watch" | "trouble" | "waiting";

/** Everything the page shows at one moment. */
export interface NetworkView {
  readonly v: 1;
  /** UTC ms. */
  readonly at: number;
  readonly title: string;
  readonly watchUrl: string;
  /** The view in one sentence, and how it is. */
  readonly verdict: { readonly state: ViewState; readonly text: string };
  readonly directors: readonly DirectorRow[];
  /** How many directors share the audience, as edges say. */
  readonly declared: number;
  readonly total: Amount;
  readonly local: { readonly viewers: number | null; readonly mbps: number | null };
  /** Every class, best first. */
  readonly classes: readonly ClassTotal[];
  readonly networks: readonly NetworkRow[];
  /** Networks that directors left out for want of room. */
  readonly moreNetworks: number;
  readonly edges: readonly EdgeRow[];
  /** From this share on an edge counts as full. */
  readonly fullAt: number;
  readonly exchanges: readonly ExchangeRow[];
  readonly pnis: readonly PniRow[];
  /** What is contradictory or was refused: sentences, newest last. */
  readonly reports: readonly string[];
}

/** What a director said of an address. */
export interface Explained {
  readonly v: 1;
  readonly director: string;
  readonly explanation: Explanation;
}
