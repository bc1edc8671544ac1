// What the crowd's processes say to one another.
import type { UtcMs } from "#base";
import type { PlainDistribution } from "../measure/distribution.ts";
import type { LedgerLine } from "../measure/ledger.ts";
import type { PlainTally } from "../measure/tally.ts";
import type { EdgeCount } from "../measure/whereabouts.ts";
import type { CrowdSettings } from "../settings.ts";

/** The viewers of one process: ids from `from` to before `to`. */
export interface Share {
  readonly from: number;
  readonly to: number;
}

export type ToProcess =
  | { readonly prepare: { readonly settings: CrowdSettings; readonly share: Share } }
  /** All begin at one instant. */
  | { readonly begin: { readonly at: UtcMs } }
  | { readonly stop: true };

export type FromProcess =
  | { readonly ready: true }
  | { readonly told: Told }
  /** It cannot go on. */
  | { readonly failed: string }
  /** Its viewers have stopped, and everything is told. */
  | { readonly over: true };

/** Viewers of one network and protocol in one process. */
export interface GroupTold {
  readonly network: number;
  /** Index into the settings' protocols. */
  readonly protocol: number;
  /** Viewers that play now. */
  readonly playing: number;
  /** Since the last message. */
  readonly tally: PlainTally;
}

/** What happened since the last message; bounded, however many viewers there are. */
export interface Told {
  /** Whole seconds since the beginning, of the second that it is about. */
  readonly second: number;
  /** The last message: its viewers have stopped. */
  readonly last: boolean;
  readonly groups: readonly GroupTold[];
  /** Where viewers that play are now. */
  readonly edges: readonly EdgeCount[];
  readonly errors: readonly LedgerLine[];
  readonly faults: readonly LedgerLine[];
  /** Objects' hashes that this process had not told before. */
  readonly hashes: readonly (readonly [object: string, hash: string])[];
  /** Hashes for which there was no room. */
  readonly hashesDropped: number;
  /** How late the process's own loop was, ms. */
  readonly lag: PlainDistribution | null;
  readonly usage: ProcessUsage;
}

/** Of one process since its start. */
export interface ProcessUsage {
  readonly cpuS: number;
  readonly residentBytes: number;
}
