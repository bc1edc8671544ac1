// npm run bench -- director: lookups, decisions, sessions over sockets, and simulated evenings beside other policies.
import { type BenchResult, type Row, surroundings } from "../result.ts";
import type { Group } from "./group.ts";
import { death } from "./death.ts";
import { decisions } from "./decisions.ts";
import { kickoff } from "./kickoff.ts";
import { locality } from "./locality.ts";
import { session } from "./session/session.ts";
import { lookups } from "./lookups/lookups.ts";

const groups: readonly Group[] = [lookups, decisions, session, kickoff, death, locality];

/** Runs all groups, or the one called `only`. */
export async function runDirector({
  runs,
  seconds,
  only,
}: {
  runs: number;
  seconds: number;
  only?: string;
}): Promise<BenchResult> {
  const chosen = groups.filter(({ name }) => only === undefined || name === only);
  const { versions, ...machine } = surroundings();
  const head = { bench: "director", ...machine, versions: { node: versions["node"] ?? "" }, runs };
  const names = groups.map(({ name }) => name).join(", ");
  if (chosen.length === 0) return { ...head, rows: [], void: `--only takes one of ${names}` };
  const rows: Row[] = [];
  try {
    for (const group of chosen) rows.push(...(await group.measure({ runs, seconds })));
  } catch (failure) {
    return { ...head, rows, void: String(failure) };
  }
  return { ...head, rows };
}
