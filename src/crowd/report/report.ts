// The report's shape: what `--json` writes, and what text and page show.
import type { Figures } from "../measure/distribution.ts";
import type { TimelineColumns } from "../measure/timeline.ts";
import type { CrowdSettings } from "../settings.ts";
import type { SteeringOutcome } from "../viewer/reasons.ts";
import type { CrowdProtocol } from "../viewer/types.ts";

/** What happened to a group of viewers. Durations in ms; null where nothing was measured. */
export interface GroupReport {
  readonly viewers: number;
  /** Visits: a viewer that comes back counts again. */
  readonly came: number;
  readonly joins: number;
  /** Visits that did not play within {@link LATE_JOIN_MS}. */
  readonly lateJoins: number;
  /** Viewers whose process died. */
  readonly lost: number;
  /** From coming to playing, the director's answer included. */
  readonly joinMs: Figures | null;
  /** Behind capture, read each second of each viewer that plays. */
  readonly latencyMs: Figures | null;
  readonly stalls: {
    readonly count: number;
    readonly totalMs: number;
    /** How many viewers had one. */
    readonly viewers: number;
    readonly lengthMs: Figures | null;
  };
  readonly errors: number;
  readonly faults: number;
  /** Changes of rung. */
  readonly switches: number;
  /** Changes of edge, by reason, and how long after a failure media came again. */
  readonly moves: {
    readonly count: number;
    readonly steered: number;
    readonly edgeFailed: number;
    readonly afterMs: Figures | null;
  };
  /** Questions to the directors' steering, what became of them, and how long answers took; null: nobody asked. */
  readonly steering:
    | ({ readonly polls: number; readonly answerMs: Figures | null } & Readonly<
        Record<SteeringOutcome, number>
      >)
    | null;
  /** Jumps forward to be near the target again. */
  readonly skips: { readonly count: number; readonly mediaMs: number };
  /** The director's answers, where viewers asked it. */
  readonly sessionMs: Figures | null;
  readonly bytes: number;
  readonly objects: number;
  /** Megabits a second over the whole run. */
  readonly mbps: number;
}

/** One kind of error or fault. */
export interface Trouble {
  readonly kind: string;
  readonly says: string;
  /** The crowd's own machine was at its end, not the server. */
  readonly own: boolean;
  readonly count: number;
  readonly byNetwork: Readonly<Record<string, number>>;
  readonly first: readonly string[];
}

export interface ProcessReport {
  readonly pid: number;
  readonly viewers: number;
  /** Over the whole run. */
  readonly cores: number;
  readonly residentBytes: number;
  /** How late its own loop was. */
  readonly lagMs: Figures | null;
  /** How it died before the end; null: it did not. */
  readonly died: string | null;
}

export interface CrowdReport {
  readonly v: 1;
  readonly kind: "crowd";
  /** ISO 8601. */
  readonly at: string;
  readonly machine: string;
  readonly settings: CrowdSettings;
  /** `over`: it ran its time; `stopped`: somebody stopped it. */
  readonly ended: "over" | "stopped";
  readonly lastedMs: number;
  readonly payload: { readonly share: number; readonly says: string };
  /** The arrival model's event, ms after the beginning. */
  readonly event: { readonly atMs: number; readonly says: string } | null;
  /** Whether nothing went wrong, and the sentence that stands first. */
  readonly clean: boolean;
  readonly says: string;
  /** What the reader must know before believing a figure. */
  readonly warnings: readonly string[];
  readonly all: GroupReport;
  readonly networks: readonly (GroupReport & {
    readonly name: string;
    readonly asn: number | null;
  })[];
  readonly protocols: readonly (GroupReport & { readonly protocol: CrowdProtocol })[];
  /** Every network by every protocol. */
  readonly groups: readonly (GroupReport & {
    readonly name: string;
    readonly protocol: CrowdProtocol;
  })[];
  readonly errors: readonly Trouble[];
  readonly faults: readonly Trouble[];
  /** Content compared by hash over the viewers that are sampled. */
  readonly content: {
    readonly viewers: number;
    readonly objects: number;
    /** Between processes; within a process every sampled viewer is compared. */
    readonly comparisons: number;
    readonly notCompared: number;
  };
  readonly processes: readonly ProcessReport[];
  /** Viewers by edge at the end and at most, the busiest at the end first. */
  readonly edges: readonly {
    readonly edge: string;
    readonly playing: number;
    readonly most: number;
    readonly byNetwork: Readonly<Record<string, number>>;
  }[];
  readonly timeline: {
    readonly stepMs: number;
    readonly all: TimelineColumns;
    readonly networks: readonly TimelineColumns[];
    /** Viewers that play, by edge, a figure a step: of all, and of each network. */
    readonly edges: Readonly<Record<string, readonly number[]>>;
    readonly networkEdges: readonly Readonly<Record<string, readonly number[]>>[];
  };
}

/** How the run is now, for a line of progress. */
export interface CrowdNow {
  readonly elapsedMs: number;
  readonly playing: number;
  readonly joins: number;
  /** Of the latest whole second. */
  readonly joinsPerSecond: number;
  readonly joinP95Ms: number | null;
  readonly latencyMs: number | null;
  readonly mbps: number;
  readonly stalls: number;
  readonly errors: number;
  readonly faults: number;
  readonly lost: number;
  /** Viewers that play by edge, at the latest whole second. */
  readonly edges: Readonly<Record<string, number>>;
}
