// Which processes a match has, so that a play can prove that none is left.
import { readdirSync, readFileSync } from "node:fs";
import { ms } from "#base";
import type { Clock } from "#base/clock";

/** The descendants of `root`, by pid and command line. */
export function descendants(root: number): Map<number, string> {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = parentOf(Number(name));
    if (parent !== null) parents.set(Number(name), parent);
  }
  const found = new Map<number, string>();
  for (const pid of parents.keys()) if (isBelow(pid, root, parents)) found.set(pid, commandOf(pid));
  return found;
}

/** Those of `pids` that still run (a zombie does not). */
export function alive(pids: Iterable<number>): number[] {
  return [...pids].filter((pid) => parentOf(pid) !== null);
}

/** Waits until none of `pids` runs; throws, naming those that do, at the limit. */
export async function gone(
  pids: ReadonlyMap<number, string>,
  { clock, limitMs }: { clock: Clock; limitMs: number },
): Promise<void> {
  const start = clock.monotonic();
  for (let left = alive(pids.keys()); left.length > 0; left = alive(pids.keys())) {
    if (clock.monotonic() - start > limitMs)
      throw new Error(`still running: ${left.map((pid) => `${pid} ${pids.get(pid)}`).join("; ")}`);
    await clock.sleep(ms(50));
  }
}

function isBelow(pid: number, root: number, parents: ReadonlyMap<number, number>): boolean {
  for (let parent = parents.get(pid); parent !== undefined; parent = parents.get(parent))
    if (parent === root) return true;
  return false;
}

function parentOf(pid: number): number | null {
  if (!Number.isInteger(pid)) return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? null : Number(parent);
  } catch {
    return null;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 120);
  } catch {
    return "";
  }
}
