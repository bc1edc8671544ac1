// The table of a report: one row a figure, one column a group. Text and page show the same rows.
import type { Figures } from "../measure/distribution.ts";
import type { CrowdReport, GroupReport } from "./report.ts";
import { bitRate, byteSize, count, seconds, whole } from "./words.ts";

/** A column: everybody, a network or a protocol. */
export interface GroupColumn {
  readonly name: string;
  readonly kind: "all" | "network" | "protocol";
  readonly group: GroupReport;
}

/** A row: what it is about, and how a group's cell reads. `trouble`: any other value than zero is one. */
interface FigureRow {
  readonly name: string;
  readonly cell: (group: GroupReport) => string;
  readonly trouble?: (group: GroupReport) => boolean;
}

const spread = (figures: Figures | null, show: (value: number) => string): string =>
  figures
    ? [figures.p50, figures.p95, figures.p99, figures.max].map((value) => show(value)).join(" · ")
    : "–";
/** How often, and what was not answered as it should be. */
function steeringWords(steering: NonNullable<GroupReport["steering"]>): string {
  const others = (["shed", "gone", "silent", "refused", "unusable"] as const)
    .filter((outcome) => steering[outcome] > 0)
    .map((outcome) => `${whole(steering[outcome])} ${outcome}`);
  return [whole(steering.polls), ...others].join(", ");
}
const bare = (value: number): string => whole(value);

/** Every figure, in the order of reading. */
export const figureRows: readonly FigureRow[] = [
  { name: "viewers", cell: ({ viewers }) => whole(viewers) },
  {
    name: "joins",
    cell: ({ joins, came }) =>
      joins === came ? whole(joins) : `${whole(joins)} of ${whole(came)}`,
  },
  {
    name: "join ms  p50 · p95 · p99 · max",
    cell: ({ joinMs }) => spread(joinMs, bare),
  },
  {
    name: "late joins (not within 5 s)",
    cell: ({ lateJoins }) => whole(lateJoins),
    trouble: ({ lateJoins }) => lateJoins > 0,
  },
  {
    name: "latency s  p50 · p95 · p99 · max",
    cell: ({ latencyMs }) => spread(latencyMs, (value) => (value / 1_000).toFixed(2)),
  },
  {
    name: "stalls",
    cell: ({ stalls }) =>
      stalls.count === 0 ? "0" : `${whole(stalls.count)} of ${count(stalls.viewers, "viewer")}`,
    trouble: ({ stalls }) => stalls.count > 0,
  },
  {
    name: "stall ms  p50 · p95 · p99 · max",
    cell: ({ stalls }) => spread(stalls.lengthMs, bare),
  },
  {
    name: "stalled in all",
    cell: ({ stalls }) => (stalls.count === 0 ? "–" : seconds(stalls.totalMs, 1)),
  },
  { name: "errors", cell: ({ errors }) => whole(errors), trouble: ({ errors }) => errors > 0 },
  {
    name: "faults in content",
    cell: ({ faults }) => whole(faults),
    trouble: ({ faults }) => faults > 0,
  },
  {
    name: "viewers lost with a process",
    cell: ({ lost }) => whole(lost),
    trouble: ({ lost }) => lost > 0,
  },
  {
    name: "moves to another edge",
    cell: ({ moves }) =>
      moves.count === 0
        ? "–"
        : `${whole(moves.count)}: ${whole(moves.steered)} steered, ${whole(moves.edgeFailed)} failed`,
  },
  {
    name: "move ms  p50 · p95 · p99 · max",
    cell: ({ moves }) => spread(moves.afterMs, bare),
  },
  {
    name: "jumps forward",
    cell: ({ skips }) =>
      skips.count === 0 ? "–" : `${whole(skips.count)}, ${seconds(skips.mediaMs, 1)}`,
  },
  { name: "changes of rung", cell: ({ switches }) => (switches === 0 ? "–" : whole(switches)) },
  {
    name: "director's answer ms",
    cell: ({ sessionMs }) => spread(sessionMs, bare),
  },
  {
    name: "steering asked",
    cell: ({ steering }) => (steering ? steeringWords(steering) : "–"),
  },
  {
    name: "steering ms  p50 · p95 · p99 · max",
    cell: ({ steering }) => spread(steering?.answerMs ?? null, bare),
  },
  { name: "objects", cell: ({ objects }) => whole(objects) },
  { name: "bytes", cell: ({ bytes }) => byteSize(bytes) },
  { name: "rate over the run", cell: ({ mbps }) => bitRate(mbps) },
];

/** Rows that say something of at least one group; those that say nothing of anybody are left out. */
export function rowsOf(columns: readonly GroupColumn[]): readonly FigureRow[] {
  return figureRows.filter(({ cell }) => columns.some(({ group }) => cell(group) !== "–"));
}

/** Everybody first, then networks, then protocols; a single network or protocol is everybody and is left out. */
export function columnsOf(report: CrowdReport): GroupColumn[] {
  const { all, networks, protocols } = report;
  return [
    { name: "all", kind: "all", group: all },
    ...several(networks).map((group) => ({
      name: networkName(group),
      kind: "network" as const,
      group,
    })),
    ...several(protocols).map((group) => ({
      name: group.protocol,
      kind: "protocol" as const,
      group,
    })),
  ];
}

const several = <Item>(items: readonly Item[]): readonly Item[] => (items.length > 1 ? items : []);

/** `Fastweb (AS12874)`, or the name alone. */
export const networkName = ({ name, asn }: { name: string; asn: number | null }): string =>
  asn === null ? name : `${name} (AS${asn})`;
