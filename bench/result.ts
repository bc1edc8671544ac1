// A benchmark's result, its JSON and its table.
import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import Table from "cli-table3";
import { isoTime } from "#base";
import { systemClock } from "#base/clock";

/** One figure. `limit` is what the issue or the design asks for; absent: reported only. */
export interface Row {
  name: string;
  unit: string;
  p50: number;
  p95: number;
  p99: number;
  n: number;
  /** Smallest and largest sample, where a run is short and the samples are a handful of runs. */
  min?: number;
  max?: number;
  limit?: number;
  /** The limit is the least that passes, not the most. */
  atLeast?: boolean;
  pass?: boolean;
  /** Another product, measured beside ours in the same run: its own figure, or what ours is compared with. */
  comparator?: string;
}

export interface BenchResult {
  bench: string;
  machine: string;
  versions: Record<string, string>;
  at: string;
  runs: number;
  rows: Row[];
  /** Why nothing was measured; exit status 1. */
  void?: string;
}

/** A figure from samples; with a limit, it passes when its p50 (or `judged`) does not exceed it. */
export function row(
  name: string,
  unit: string,
  samples: readonly number[],
  limit?: { value: number; judged?: "p50" | "p95" },
): Row {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  const figures = { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  const judged = figures[limit?.judged ?? "p50"];
  return {
    name,
    unit,
    ...figures,
    n: sorted.length,
    ...(limit ? { limit: limit.value, pass: judged <= limit.value } : {}),
  };
}

/** A figure of a few short runs: their median, with its range. Judged by the median. */
export function shortRow(
  name: string,
  unit: string,
  samples: readonly number[],
  more: { limit?: number; atLeast?: boolean; comparator?: string } = {},
): Row {
  const { limit, atLeast = false, comparator } = more;
  const figures = row(name, unit, samples);
  const pass = atLeast ? figures.p50 >= (limit ?? 0) : figures.p50 <= (limit ?? Infinity);
  return {
    ...figures,
    min: Math.min(...samples),
    max: Math.max(...samples),
    ...(limit === undefined ? {} : { limit, pass, ...(atLeast ? { atLeast } : {}) }),
    ...(comparator === undefined ? {} : { comparator }),
  };
}

/** The machine and the programs that were measured. */
export function surroundings(): Pick<BenchResult, "machine" | "versions" | "at"> {
  const [cpu] = cpus();
  const first = (program: string, flag: string): string => {
    try {
      return (
        execFileSync(program, [flag], {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        }).split("\n")[0] ?? ""
      );
    } catch {
      return "not installed";
    }
  };
  return {
    machine: `${cpus().length} × ${cpu?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    versions: {
      node: process.version,
      ffmpeg: first("ffmpeg", "-version").split(" ")[2] ?? "",
      chromium: first("chromium", "--version").split(" ")[1] ?? "",
    },
    at: isoTime(systemClock.utc()),
  };
}

/** The result as a table for people. */
export function tableOf(result: BenchResult): string {
  const table = new Table({
    head: ["figure", "of", "unit", "p50", "p95", "p99", "range", "n", "limit", ""],
    style: { head: [], border: [], compact: true },
  });
  const show = (value: number): string =>
    Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 0) : "–";
  for (const { name, unit, p50, p95, p99, n, limit, pass, ...row } of result.rows)
    table.push([
      name,
      row.comparator ?? "",
      unit,
      ...[p50, p95, p99].map(show),
      row.min === undefined || row.max === undefined ? "" : `${show(row.min)}–${show(row.max)}`,
      String(n),
      limit === undefined ? "" : `${row.atLeast ? "≥" : "≤"} ${limit}`,
      pass === undefined ? "" : pass ? "pass" : "MISS",
    ]);
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  return `${table.toString()}\n${result.machine}; ${versions.join(", ")}; ${result.at}`;
}
