// The rows of the crowd's benchmark.
import { coresBetween } from "#cli";
import type { CrowdReport } from "#crowd";
import { type Row, row } from "../result.ts";
import type { UsageReading } from "./probes.ts";

/** A kick-off's 99th percentile of joins, ms. */
const JOIN_P99_LIMIT_MS = 1_500;
/** Requests upstream for each object: one, and a little for what begins or ends outside of the measurement. */
const UPSTREAM_LIMIT = 1.1;
/** Tracks that the crowd takes: one rung and the sound. */
const TRACKS = 2;
const SEGMENT_S = 1.92;
/** The origin lets a manifest live so long, s: each time it is an object of its own. */
const MANIFEST_S = 1;

type Figures = NonNullable<CrowdReport["all"]["joinMs"]>;

/** A row of a distribution whose samples stayed with the viewers. */
function spreadRow(name: string, unit: string, figures: Figures | null): Row {
  const { p50 = Number.NaN, p95 = Number.NaN, p99 = Number.NaN, n = 0, max } = figures ?? {};
  return {
    name,
    unit,
    p50,
    p95,
    p99,
    n,
    ...(max === undefined ? {} : { max }),
  };
}

/** What became of the viewers: nothing may have gone wrong. */
function troubleRows(name: string, { all }: CrowdReport): Row[] {
  const zero = (what: string, value: number): Row =>
    row(`${name}: ${what}`, "count", [value], { value: 0 });
  return [
    zero("stalls", all.stalls.count),
    zero("errors", all.errors),
    zero("faults in content", all.faults),
    zero("late joins, and viewers lost", all.lateJoins + all.lost),
  ];
}

export function watchRows(report: CrowdReport): Row[] {
  const { all, timeline } = report;
  const name = `${all.viewers} LL-DASH, ${Math.round(report.lastedMs / 1_000)} s`;
  return [
    ...troubleRows(name, report),
    spreadRow(`${name}: latency behind the camera`, "ms", all.latencyMs),
    spreadRow(`${name}: join`, "ms", all.joinMs),
    row(
      `${name}: received, ${report.payload.share === 1 ? "true size" : "scaled"}`,
      "Gb/s",
      // The first and the last seconds, in which viewers come and go, are no measure of the rate.
      timeline.all.mbps.slice(15, -1).map((mbps) => mbps / 1_000),
    ),
    ...lagRows(name, report),
  ];
}

/** What the crowd itself was late by: no figure is better than this. */
const lagRows = (name: string, { processes }: CrowdReport): Row[] =>
  processes.map(({ lagMs }, index) =>
    spreadRow(`${name}: the crowd's own loop late, process ${index + 1}`, "ms", lagMs),
  );

/** How often the edge asked for each object: segments of both tracks, and the manifest once in its lifetime. */
export function upstreamRow(work: { upstreamRequests: number; seconds: number }): Row {
  const objects = (work.seconds / SEGMENT_S) * TRACKS + work.seconds / MANIFEST_S;
  return row("requests upstream for each object", "count", [work.upstreamRequests / objects], {
    value: UPSTREAM_LIMIT,
  });
}

export interface ProcessReadings {
  readonly before: UsageReading;
  readonly settled: UsageReading;
  readonly end: UsageReading;
  readonly edge: string;
  readonly viewers: number;
}

/** Cores of each process while all watch, and what the viewers cost the edge in memory. */
export function processRows({ before, settled, end, edge, viewers }: ProcessReadings): Row[] {
  const cores = [...end.usages].flatMap(([name, usage]) => {
    const earlier = settled.usages.get(name);
    if (!earlier) return [];
    const used = coresBetween({ usage: earlier, at: settled.at }, { usage, at: end.at });
    return [row(`cores, ${name}`, "cores", [used])];
  });
  const memory = (reading: UsageReading): number => reading.usages.get(edge)?.residentBytes ?? 0;
  return [
    ...cores,
    row(`${edge}: memory at the end`, "MiB", [memory(end) / 2 ** 20]),
    row(`${edge}: memory for each viewer`, "KiB", [
      (memory(end) - memory(before)) / viewers / 1_024,
    ]),
  ];
}

export function kickoffRows(report: CrowdReport): Row[] {
  const { all, settings } = report;
  const name = `kick-off of ${all.viewers} in ${settings.overMs / 1_000} s`;
  const join = spreadRow(`${name}: join`, "ms", all.joinMs);
  return [
    { ...join, limit: JOIN_P99_LIMIT_MS, pass: join.p99 <= JOIN_P99_LIMIT_MS },
    ...troubleRows(name, report),
    spreadRow(`${name}: latency behind the camera`, "ms", all.latencyMs),
    ...lagRows(name, report),
  ];
}
