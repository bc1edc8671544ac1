// What the page plots: each panel for all viewers, and small for each network.
import type { TimelineColumns } from "../../measure/timeline.ts";
import type { CrowdReport } from "../report.ts";
import { bitRate, count, milliseconds, seconds, whole } from "../words.ts";
import { escaped } from "./escaped.ts";
import { type Layer, plot, type PlotOptions } from "./plot.ts";

type Values = readonly (number | null)[];

interface Panel {
  readonly title: string;
  readonly says: string;
  readonly layers: (columns: TimelineColumns, report: CrowdReport) => Layer[];
  readonly label: (value: number) => string;
  readonly readings: (columns: TimelineColumns) => PlotOptions["readings"];
  /** Values that the y axis must hold. */
  readonly extent: (columns: TimelineColumns, report: CrowdReport) => number;
  readonly summary: (columns: TimelineColumns) => string;
  readonly nothing?: (columns: TimelineColumns) => string | null;
}

const most = (...lists: Values[]): number =>
  lists.reduce(
    (found, values) => values.reduce<number>((top, value) => Math.max(top, value ?? 0), found),
    0,
  );
const sum = (values: Values): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
const rate = (value: number): string =>
  value > 0 && value < 10 ? String(Number(value.toFixed(1))) : whole(value);

const panels: readonly Panel[] = [
  {
    title: "Viewers playing",
    says: "at the end of each step",
    layers: ({ playing }) => [{ kind: "area", values: playing }],
    label: whole,
    readings: ({ playing }) => [{ name: "playing", values: playing }],
    extent: ({ playing }) => most(playing),
    summary: ({ playing }) => `${whole(most(playing))} at most`,
  },
  {
    title: "Joins per second",
    says: "viewers whose picture began",
    layers: ({ joins }) => [{ kind: "bars", values: joins }],
    label: rate,
    readings: ({ joins }) => [{ name: "joins/s", values: joins }],
    extent: ({ joins }) => most(joins),
    summary: ({ joins }) => `${rate(most(joins))} at most`,
  },
  {
    title: "Time to join",
    says: "from coming to the first picture: bars from p50 to p95, the thin line is p99",
    layers: ({ joinP50, joinP95, joinP99 }) => [
      { kind: "candles", low: joinP50, high: joinP95, end: joinP99 },
    ],
    label: milliseconds,
    readings: ({ joinP50, joinP95, joinP99 }) => [
      { name: "p50", values: joinP50 },
      { name: "p95", values: joinP95 },
      { name: "p99", values: joinP99 },
    ],
    extent: ({ joinP99 }) => most(joinP99),
    summary: ({ joinP99 }) => `p99 ${milliseconds(most(joinP99))} in the worst step`,
    nothing: ({ joins }) => (sum(joins) === 0 ? "Nobody joined." : null),
  },
  {
    title: "Latency behind the camera",
    says: "line p50, band p5 to p95; the dashed line is the target",
    layers: ({ latencyP5, latencyP50, latencyP95 }, { settings }) => [
      ...(settings.targetLatencyMs === null
        ? []
        : [{ kind: "level" as const, value: settings.targetLatencyMs }]),
      { kind: "band", low: latencyP5, high: latencyP95 },
      { kind: "line", values: latencyP50 },
    ],
    label: (value) => `${Number((value / 1_000).toFixed(2))} s`,
    readings: ({ latencyP5, latencyP50, latencyP95 }) => [
      { name: "p5", values: latencyP5 },
      { name: "p50", values: latencyP50 },
      { name: "p95", values: latencyP95 },
    ],
    extent: ({ latencyP95 }, { settings }) => 1.1 * most(latencyP95, [settings.targetLatencyMs]),
    summary: ({ latencyP95 }) => `p95 ${seconds(most(latencyP95))} in the worst step`,
    nothing: ({ latencyP50 }) => (most(latencyP50) === 0 ? "Nobody played." : null),
  },
  {
    title: "Stalls and errors per second",
    says: "stalls red, errors and faults amber, drawn behind",
    layers: ({ stalls, errors, faults }) => [
      { kind: "bars", values: both(errors, faults), tone: "watch" },
      { kind: "bars", values: stalls, tone: "trouble" },
    ],
    label: rate,
    readings: ({ stalls, errors, faults }) => [
      { name: "stalls/s", values: stalls },
      { name: "errors/s", values: both(errors, faults) },
    ],
    extent: ({ stalls, errors, faults }) => most(stalls, both(errors, faults)),
    summary: ({ stalls, errors, faults }) =>
      sum(stalls) + sum(errors) + sum(faults) === 0
        ? "none"
        : `${rate(most(stalls))} stalls/s, ${rate(most(both(errors, faults)))} errors/s at most`,
    nothing: ({ stalls, errors, faults }) =>
      sum(stalls) + sum(errors) + sum(faults) === 0 ? "No stall and no error." : null,
  },
  {
    title: "Traffic",
    says: "bytes of bodies that viewers received",
    layers: ({ mbps }) => [{ kind: "area", values: mbps }],
    label: (value) => (value === 0 ? "0" : bitRate(value).replace(".0 ", " ")),
    readings: ({ mbps }) => [{ name: "", values: mbps }],
    extent: ({ mbps }) => most(mbps),
    summary: ({ mbps }) => `${bitRate(most(mbps))} at most`,
  },
];

const both = (some: readonly number[], others: readonly number[]): number[] =>
  some.map((value, step) => value + (others[step] ?? 0));

/** Every panel as a section. */
export function panelsOf(report: CrowdReport): string {
  const { all, networks } = report.timeline;
  return panels
    .map((panel) => {
      const small =
        networks.length > 1
          ? `<div class="networks">${networks.map((columns, network) => draw(panel, { report, columns, network })).join("\n")}</div>`
          : "";
      return `<section><h2>${escaped(panel.title)} <small>${escaped(panel.says)}</small></h2>
${draw(panel, { report, columns: all, network: null })}
${small}</section>`;
    })
    .concat(edgesPanel(report))
    .join("\n");
}

/** Where viewers were: one small plot an edge, all with one axis. Nothing where there is one edge. */
function edgesPanel({ timeline, edges }: CrowdReport): string[] {
  if (edges.length < 2) return [];
  const top = most(edges.map(({ most: highest }) => highest));
  const plots = edges.map(({ edge, playing, most: highest }) => {
    const values = timeline.edges[edge] ?? [];
    return plot({
      title: edge,
      tone: "edge",
      small: true,
      stepMs: timeline.stepMs,
      steps: Math.max(1, values.length),
      layers: [{ kind: "area", values }],
      most: top,
      label: whole,
      marks: [],
      readings: [{ name: "playing", values }],
      summary: `${whole(playing)} at the end, ${whole(highest)} at most`,
      nothing: null,
    });
  });
  return [
    `<section><h2>Viewers by edge <small>where those who play are, at the end of each step</small></h2>
<div class="networks">${plots.join("\n")}</div></section>`,
  ];
}

function draw(
  panel: Panel,
  {
    report,
    columns,
    network,
  }: { report: CrowdReport; columns: TimelineColumns; network: number | null },
): string {
  const { timeline, networks, event } = report;
  // Networks share an axis, so that they can be held against one another.
  const peers = network === null ? [columns] : timeline.networks;
  const group = network === null ? null : networks[network];
  return plot({
    title: group ? group.name : `All, ${count(report.all.viewers, "viewer")}`,
    tone: network === null ? "viewer" : "isp",
    small: network !== null,
    stepMs: timeline.stepMs,
    steps: Math.max(1, columns.playing.length),
    layers: panel.layers(columns, report),
    most: Math.max(...peers.map((peer) => panel.extent(peer, report))),
    label: panel.label,
    marks: event === null ? [] : [event],
    readings: panel.readings(columns),
    summary: panel.summary(columns),
    nothing: panel.nothing?.(columns) ?? null,
  });
}
