// The report for a terminal.
import Table from "cli-table3";
import { columnsOf, rowsOf } from "./figureRows.ts";
import type { CrowdReport, Trouble } from "./report.ts";
import { count, memory, seconds, whole } from "./words.ts";

/** The whole report as lines: the sentence, what to know before believing it, figures, trouble, processes. */
export function textOf(report: CrowdReport): string {
  return [
    report.says,
    ...report.warnings.map((warning) => `! ${warning}`),
    figuresOf(report),
    ...troubleLines("error", report.errors),
    ...troubleLines("fault", report.faults),
    ...edgeLines(report),
    contentLine(report),
    `Payload: ${report.payload.says}.`,
    ...processLines(report),
    settingsLine(report),
    `${report.machine}; ${report.at}${report.ended === "stopped" ? "; stopped before its time" : ""}`,
  ].join("\n");
}

function figuresOf(report: CrowdReport): string {
  const columns = columnsOf(report);
  const table = new Table({
    head: ["", ...columns.map(({ name }) => name)],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", ...columns.map(() => "right" as const)],
  });
  for (const { name, cell } of rowsOf(columns))
    table.push([name, ...columns.map(({ group }) => cell(group))]);
  return table.toString();
}

function troubleLines(word: string, troubles: readonly Trouble[]): string[] {
  return troubles.flatMap(({ kind, says, count: times, byNetwork, first }) => {
    const where = Object.entries(byNetwork).map(([network, n]) => `${network} ${whole(n)}`);
    return [
      `${count(times, word)} ${kind}: ${says} (${where.join(", ")})`,
      ...first.map((example) => `    ${example}`),
    ];
  });
}

/** What was compared, as a sentence. */
export function contentLine({ content }: CrowdReport): string {
  const { viewers, objects, notCompared } = content;
  if (viewers === 0)
    return "Content: sizes and sequence of every viewer; nobody was sampled for hashes.";
  const left = notCompared > 0 ? `; ${whole(notCompared)} were not compared between processes` : "";
  return `Content: sizes and sequence of every viewer; hashes of ${count(objects, "object")} compared over ${count(viewers, "sampled viewer")}${left}.`;
}

/** Where viewers were at the end. */
function edgeLines({ edges }: CrowdReport): string[] {
  if (edges.length < 2) return [];
  return edges.map(({ edge, playing, most, byNetwork }) => {
    const where = Object.entries(byNetwork).map(([network, n]) => `${network} ${whole(n)}`);
    return `Edge ${edge}: ${count(playing, "viewer")} at the end (${where.join(", ") || "none"}), ${whole(most)} at most`;
  });
}

function processLines({ processes }: CrowdReport): string[] {
  return processes.map(({ pid, viewers, cores, residentBytes, lagMs, died }) => {
    const late = lagMs ? `, its loop late by ${whole(lagMs.p99)} ms (p99)` : "";
    return `Process ${pid}: ${count(viewers, "viewer")}, ${cores.toFixed(2)} cores, ${memory(residentBytes)}${late}${died === null ? "" : `; ${died}`}`;
  });
}

/** What was asked for, in one line. */
export function settingsLine({ settings }: CrowdReport): string {
  const { arrival, overMs, rendition, audio, protocols, seed, targetLatencyMs } = settings;
  const sum = protocols.reduce((total, { share }) => total + share, 0);
  const mix = protocols.map(
    ({ protocol, share }) => `${protocol} ${Math.round((share / sum) * 100)} %`,
  );
  return [
    `Arrival ${arrival} over ${seconds(overMs, 1)}`,
    mix.join(", "),
    `rendition ${rendition}${audio ? " with sound" : " without sound"}`,
    targetLatencyMs === null ? "target as told" : `target ${seconds(targetLatencyMs)}`,
    `seed ${seed}`,
  ].join("; ");
}
