// The report as one self-contained HTML file: the result in the first line, machine and settings in the last.
import { readFileSync } from "node:fs";
import { columnsOf, rowsOf } from "../figureRows.ts";
import type { CrowdReport, Trouble } from "../report.ts";
import { contentLine, settingsLine } from "../text.ts";
import { bitRate, count, memory, milliseconds, seconds, whole } from "../words.ts";
import { escaped } from "./escaped.ts";
import { panelsOf } from "./panels.ts";

const asset = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/** The whole page; needs nothing beside itself, and is whole without its script. */
export function pageOf(report: CrowdReport): string {
  return `<!doctype html>
<html lang="en" data-theme="dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Crowd: ${escaped(report.says)}</title>
<style>${asset("style.css")}</style>
</head>
<body>
<header>
<p class="brand">regista crowd <span>${escaped(report.at.slice(0, 19).replace("T", " "))} UTC</span><button id="theme" type="button">light</button></p>
<h1 class="${report.clean ? "good" : "trouble"}"><span class="state">${report.clean ? "✓ clean" : "▲ trouble"}</span>${escaped(report.says)}</h1>
<p class="payload${report.payload.share < 1 ? " scaled" : ""}">Payload ${escaped(report.payload.says)}.${report.ended === "stopped" ? " The run was stopped before its time." : ""}</p>
${report.warnings.map((warning) => `<p class="warning">▲ ${escaped(warning)}</p>`).join("\n")}
${tiles(report)}
</header>
<main>
${panelsOf(report)}
</main>
${figures(report)}
${troubles("Errors", report.errors)}
${troubles("Faults in content", report.faults)}
${processes(report)}
<footer>
<p>${escaped(contentLine(report))} ${escaped(settingsLine(report))}.</p>
<p>${edges(report)}</p>
<p>${escaped(report.machine)}</p>
</footer>
<script>${asset("cursor.js")}</script>
</body>
</html>
`;
}

interface Tile {
  name: string;
  value: string;
  says: string;
  trouble?: boolean;
}

/** The figures that decide, large. */
function tiles({ all, timeline }: CrowdReport): string {
  const peak = timeline.all.mbps.reduce((most, mbps) => Math.max(most, mbps), 0);
  const some: Tile[] = [
    {
      name: "joined within",
      value: all.joinMs ? milliseconds(all.joinMs.p99) : "–",
      says: all.joinMs ? `p99; half within ${milliseconds(all.joinMs.p50)}` : "nobody joined",
    },
    {
      name: "behind the camera",
      value: all.latencyMs ? seconds(all.latencyMs.p50) : "–",
      says: all.latencyMs ? `p50; p95 ${seconds(all.latencyMs.p95)}` : "nobody played",
    },
    {
      name: "stalls",
      value: whole(all.stalls.count),
      says:
        all.stalls.count === 0
          ? "nobody waited"
          : `of ${count(all.stalls.viewers, "viewer")}, ${seconds(all.stalls.totalMs, 1)} in all`,
      trouble: all.stalls.count > 0,
    },
    {
      name: "errors",
      value: whole(all.errors),
      says: all.errors === 0 ? "every request was answered" : "requests that failed",
      trouble: all.errors > 0,
    },
    {
      name: "faults",
      value: whole(all.faults),
      says: all.faults === 0 ? "content as it should be" : "content that was wrong",
      trouble: all.faults > 0,
    },
    { name: "traffic", value: bitRate(peak), says: `at most; mean ${bitRate(all.mbps)}` },
  ];
  return `<div class="tiles">${some
    .map(
      ({ name, value, says, trouble }) =>
        `<div class="tile${trouble ? " trouble" : ""}"><span>${escaped(name)}</span><b>${withUnit(value)}</b><small>${escaped(says)}</small></div>`,
    )
    .join("")}</div>`;
}

/** The unit beside its number, small. */
function withUnit(value: string): string {
  const [number = "", unit] = value.split(" ");
  return unit === undefined
    ? escaped(number)
    : `${escaped(number)}<span class="unit">${escaped(unit)}</span>`;
}

function figures(report: CrowdReport): string {
  const columns = columnsOf(report);
  const head = columns.map(
    ({ name, kind }) => `<th class="${kind}" scope="col">${escaped(name)}</th>`,
  );
  const rows = rowsOf(columns).map(({ name, cell, trouble }) => {
    const cells = columns.map(({ group }) =>
      trouble?.(group)
        ? `<td class="trouble">▲ ${escaped(cell(group))}</td>`
        : `<td>${escaped(cell(group))}</td>`,
    );
    return `<tr><th scope="row">${escaped(name)}</th>${cells.join("")}</tr>`;
  });
  return `<section class="wide"><h2>Figures <small>all, by network, by protocol</small></h2><div class="scroll"><table><thead><tr><td></td>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

function troubles(title: string, some: readonly Trouble[]): string {
  if (some.length === 0) return "";
  const items = some.map(({ kind, says, own, count: times, byNetwork, first }) => {
    const where = Object.entries(byNetwork).map(([name, n]) => `${name} ${whole(n)}`);
    const examples = first.map((example) => `<li><code>${escaped(example)}</code></li>`);
    return `<li><b>${whole(times)} × ${escaped(kind)}</b>: ${escaped(says)}${own ? " (this machine, not the server)" : ""} <span class="dim">${escaped(where.join(", "))}</span><ul>${examples.join("")}</ul></li>`;
  });
  return `<section class="wide"><h2>${title} <small>by kind, with the first examples</small></h2><ul class="troubles">${items.join("\n")}</ul></section>`;
}

function processes(report: CrowdReport): string {
  const rows = report.processes.map(({ pid, viewers, cores, residentBytes, lagMs, died }) => {
    const cells = [whole(viewers), cores.toFixed(2), memory(residentBytes)];
    const late = lagMs ? milliseconds(lagMs.p99) : "–";
    return `<tr><th scope="row">${pid}</th>${[...cells, late].map((cell) => `<td>${escaped(cell)}</td>`).join("")}<td class="${died === null ? "" : "trouble"}">${escaped(died ?? "ran to the end")}</td></tr>`;
  });
  return `<section class="wide"><h2>The crowd's own processes <small>a late loop makes figures worse than they were on the wire</small></h2><div class="scroll"><table><thead><tr><th scope="col">process</th><th scope="col">viewers</th><th scope="col">cores</th><th scope="col">memory</th><th scope="col">loop late, p99</th><th scope="col"></th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}

function edges({ settings }: CrowdReport): string {
  return settings.networks
    .map(
      ({ name, prefix, edges: urls }) =>
        `${escaped(name)}${prefix === null ? "" : ` from ${escaped(prefix)}`}: ${escaped(urls.join(", ") || "as the director says")}`,
    )
    .join("; ");
}
