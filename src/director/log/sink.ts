// Where the director writes what it decided and what it was told, for the audit.
// Beside the first form: `asns` and `serves` of a footprint, `softMbps` and `binds` of a limit, `limit` and `by` of a
// measure, all optional; `viewers` of a measure may be null.
import type { PathClass } from "#protocol";

/** A viewer was sent somewhere, or moved. */
export interface LoggedDecision {
  readonly session: string;
  /** The viewer's /24 or /48: enough for a footprint, too little for a person. A longer one, or an address, is cut to it. */
  readonly prefix: string | null;
  readonly asn: number | null;
  readonly edge: string;
  readonly class: PathClass;
  /** Where the viewer was before; null: it is new. */
  readonly from: string | null;
  readonly leastBad: boolean;
  /** What it is expected to draw, Mb/s. */
  readonly mbps: number;
  readonly why: readonly string[];
}

/** What a network's contract says from now on. */
export interface LoggedContract {
  readonly asn: number;
  /** Changes when anything in it does. */
  readonly version: string;
  readonly footprints: readonly {
    readonly id: string;
    readonly prefixes: readonly string[];
    readonly asns?: readonly number[];
    readonly serves?: boolean;
  }[];
  readonly limits: readonly {
    readonly id: string;
    readonly mbps: number | null;
    readonly softMbps?: number | null;
    readonly footprints: readonly string[];
    /** What its own caches deliver, or all that is delivered to the network; absent: the latter. */
    readonly binds?: "caches" | "network";
  }[];
}

/** What was measured, and what the director believed, over the last second. */
export interface LoggedMeasure {
  readonly asn: number;
  /** The limit whose traffic alone was measured, by its id; absent: all that went to the network. */
  readonly limit?: string;
  /** Who measured: the network, or the caches in it by their heartbeats; absent: the network. */
  readonly by?: "network" | "heartbeats";
  readonly measuredMbps: number;
  /** By this director's own viewers and the edges' measurement; null before any. */
  readonly assignedMbps: number | null;
  /** Null: they are not counted for this limit. */
  readonly viewers: number | null;
}

/** Takes records; never blocks and never throws: what cannot be kept is counted. */
export interface DecisionSink {
  decision(record: LoggedDecision): void;
  contract(record: LoggedContract): void;
  measure(record: LoggedMeasure): void;
}

/** Where nothing is kept. */
export const noSink: DecisionSink = {
  decision: () => undefined,
  contract: () => undefined,
  measure: () => undefined,
};
