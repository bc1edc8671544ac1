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
  limit?: number;
  pass?: boolean;
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

/** The machine and the programs that were measured. */
export function surroundings(): Pick<BenchResult, "machine" | "versions" | "at"> {
  const [cpu] = cpus();
  const first = (program: string, flag: string): string => {
    try {
      return execFileSync(program, [flag], { encoding: "utf8" }).split("\n")[0] ?? "";
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
    head: ["figure", "unit", "p50", "p95", "p99", "n", "limit", ""],
    style: { head: [], border: [], compact: true },
  });
  const show = (value: number): string =>
    Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 0) : "–";
  for (const { name, unit, p50, p95, p99, n, limit, pass } of result.rows)
    table.push([
      ...[
        name,
        unit,
        show(p50),
        show(p95),
        show(p99),
        String(n),
        limit === undefined ? "" : String(limit),
      ],
      pass === undefined ? "" : pass ? "pass" : "MISS",
    ]);
  const versions = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  return `${table.toString()}\n${result.machine}; ${versions.join(", ")}; ${result.at}`;
}
