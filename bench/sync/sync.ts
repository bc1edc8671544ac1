// npm run bench -- sync: every viewer at the same moment. Real tabs with false clocks behind lines of their own.
import type { BenchResult, Row } from "../result.ts";
import { surroundings } from "../result.ts";
import type { Findings, Group } from "./group.ts";
import { cues } from "./groups/cues.ts";
import { distance, floor } from "./groups/distance.ts";
import { listeners } from "./groups/listeners.ts";
import { mixed } from "./groups/mixed.ts";
import { networks } from "./groups/networks.ts";
import { sound } from "./groups/sound.ts";
import { startup } from "./groups/startup.ts";
import { stock } from "./groups/stock.ts";
import { stockVersions } from "./stock/server.ts";

/** One after the other, each on a match of its own. */
const groups: Readonly<Record<string, Group>> = {
  mixed,
  networks,
  distance,
  floor,
  cues,
  listeners,
  sound,
  startup,
  stock,
};

export interface SyncOptions {
  /** Length of each measurement. */
  readonly seconds: number;
  /** One group alone. */
  readonly only?: string;
}

/** Runs the groups. */
export async function runSync({ seconds, only }: SyncOptions): Promise<BenchResult> {
  const { versions, ...about } = surroundings();
  const head = { bench: "sync", ...about, versions: { ...versions, ...stockVersions() }, runs: 1 };
  const names = Object.keys(groups);
  if (only !== undefined && !names.includes(only))
    return { ...head, rows: [], void: `--only takes one of ${names.join(", ")}` };
  const rows: Row[] = [];
  const reasons: string[] = [];
  for (const [name, { purpose, run }] of Object.entries(groups)) {
    if (only !== undefined && only !== name) continue;
    console.error(`${name}: ${purpose} …`);
    const found = await run(seconds).catch(notRun);
    const mark = found.void === null ? "" : " (void)";
    rows.push(...found.rows.map((row) => ({ ...row, name: `${row.name}${mark}` })));
    if (found.void !== null) reasons.push(`${name}: ${found.void}`);
  }
  return { ...head, rows, ...(reasons.length > 0 ? { void: reasons.join("; ") } : {}) };
}

/** A group that breaks off is void; the others still run. */
function notRun(failure: unknown): Findings {
  const [sentence = ""] = String(failure instanceof Error ? failure.message : failure).split("\n");
  return { rows: [], void: `it broke off: ${sentence}` };
}
