// What a process and its children use, read from /proc (Linux).
import { readdirSync, readFileSync } from "node:fs";
import type { MonoMs } from "#base";

/** CPU seconds since start and resident memory, of a process with all its descendants. */
export interface Usage {
  readonly cpuS: number;
  readonly residentBytes: number;
}

/** Clock ticks of /proc/PID/stat are 1/100 s on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;

interface Row {
  parent: number;
  cpuS: number;
  residentBytes: number;
}

/** The usage of each of `pids`; a process that has gone counts nothing. */
export function usageOf(pids: readonly number[]): Map<number, Usage> {
  const rows = readAll();
  const total = new Map(pids.map((pid) => [pid, { cpuS: 0, residentBytes: 0 }]));
  for (const pid of rows.keys()) {
    let owner: number | undefined = pid;
    while (owner !== undefined && !total.has(owner)) owner = rows.get(owner)?.parent;
    const sum = owner === undefined ? undefined : total.get(owner);
    const row = rows.get(pid);
    if (!sum || !row) continue;
    sum.cpuS += row.cpuS;
    sum.residentBytes += row.residentBytes;
  }
  return total;
}

/** Cores used between two readings of one process. */
export function coresBetween(
  before: { usage: Usage; at: MonoMs },
  after: { usage: Usage; at: MonoMs },
): number {
  const seconds = (after.at - before.at) / 1_000;
  return seconds > 0 ? Math.max(0, after.usage.cpuS - before.usage.cpuS) / seconds : 0;
}

function readAll(): Map<number, Row> {
  const rows = new Map<number, Row>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const row = Number.isInteger(pid) ? readRow(pid) : null;
    if (row) rows.set(pid, row);
  }
  return rows;
}

/** proc(5), /proc/PID/stat: fields after the command's name, which may itself hold spaces and parentheses. */
function readRow(pid: number): Row | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null; // it has gone meanwhile
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [, parent] = fields;
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    parent: Number(parent),
    cpuS: ticks / TICKS_PER_SECOND,
    residentBytes: Number(fields[21]) * PAGE_BYTES,
  };
}
