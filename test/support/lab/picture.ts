// The lab as a person sees it on a terminal: wires with what they carry, programs with how they are, viewers with where.
import type { WireCounts } from "./counters.ts";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./process.ts";

export interface PictureReadings {
  readonly counts: WireCounts;
  /** Null: this is the first picture, and there are no rates yet. */
  readonly last: { readonly counts: WireCounts } | null;
  readonly elapsedMs: number;
}

/** Rates are towards viewers, and from them. */
export function pictureOf(lab: Lab, readings: PictureReadings): string {
  const { description } = lab.plan;
  const rate = rateOf(readings);
  const lines = [`${description.title} · lab ${lab.names.number} · Mb/s ↓ towards viewers ↑ back`];
  const add = (depth: number, name: string, wires: readonly [string, string][]): void => {
    const said = wires.map(([label, id]) => {
      const gone = isWithdrawn(lab, id) ? " WITHDRAWN" : "";
      return `${label} ${rate(id)}${gone}`;
    });
    lines.push(`${"  ".repeat(depth)}${name.padEnd(22 - 2 * depth)} ${said.join("   ")}`.trimEnd());
    for (const process of lab.processes.filter(({ station }) => station === name))
      lines.push(`${"  ".repeat(depth + 1)}${processLine(process)}`);
  };
  add(0, "studio", [["contribution", "contribution"]]);
  add(0, "transit", []);
  add(0, "core", [["transit", "transit/core"]]);
  for (const site of description.cdn.sites)
    add(1, site.id, [
      ["backbone", `backbone/${site.id}`],
      ...(site.port
        ? [
            [
              `port at ${site.port.exchange}`,
              `${site.port.exchange}/${description.cdn.asn}`,
            ] as const,
          ]
        : []),
    ] as [string, string][]);
  for (const { id } of description.exchanges)
    add(
      0,
      id,
      lab.plan.wires
        .filter((wire) => wire.id.startsWith(`${id}/`))
        .map((wire) => [`AS${wire.id.split("/")[1]}`, wire.id]),
    );
  for (const network of description.networks) {
    add(0, network.id, [
      ...network.pnis.map((pni) => [`PNI ${pni.id}`, pni.id] as [string, string]),
      ...network.ports.map(
        ({ exchange }) => [exchange, `${exchange}/${network.asn}`] as [string, string],
      ),
      ["transit", `transit/${network.id}`],
    ]);
    if (network.cache) add(1, `${network.id}-cache`, [["served", `cache/${network.id}`]]);
    add(1, `${network.id}-homes`, [["access", `access/${network.id}`]]);
  }
  return [...lines, ...crowdLines(lab)].join("\n");
}

function rateOf({ counts, last, elapsedMs }: PictureReadings): (id: string) => string {
  return (id) => {
    const now = counts.get(id);
    const before = last?.counts.get(id);
    if (!now || !before || elapsedMs <= 0) return "…";
    const mbps = (way: "down" | "up"): string =>
      (((now[way].bytes - before[way].bytes) * 8) / (elapsedMs * 1_000)).toFixed(1);
    return `↓${mbps("down")} ↑${mbps("up")}`;
  };
}

function isWithdrawn({ withdrawn }: Lab, id: string): boolean {
  return withdrawn.has(id) || withdrawn.has(id.split("/")[0] ?? id);
}

function processLine({ id, state, died, ended, url, words }: LabProcess): string {
  if (!died) return `[${id}] ${state === "running" ? url : (ended ?? state)}`;
  return `[${id}] DIED by ${ended}: ${words.at(-1) ?? ""}`;
}

function crowdLines({ crowds }: Lab): string[] {
  return crowds.map(({ process, count, now }) => {
    if (!now) return `${process.id}: ${count} about to come`;
    const where = Object.entries(now.edges).map(([edge, playing]) => `${playing} at ${edge}`);
    const { playing, stalls, errors, latencyMs } = now;
    const behind = latencyMs === null ? "" : `, ${Math.round(latencyMs)} ms behind`;
    return `${process.id}: ${playing} of ${count} play${behind}, ${stalls} stalls, ${errors} errors; ${where.join(", ")}`;
  });
}
