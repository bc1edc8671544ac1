// What the processes of a match cost, from one reading to the next.
import type { MonoMs } from "#base";
import { systemClock } from "#base/clock";
import { coresBetween, type RunningMatch, type Usage, usageOf } from "#cli";

export interface UsageReading {
  readonly at: MonoMs;
  readonly usages: Map<number, Usage>;
}

/** Reads this process's tree and every process of `match`. */
export function readUsage(match: RunningMatch): UsageReading {
  const pids = match.processes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  return { at: systemClock.monotonic(), usages: usageOf([process.pid, ...pids]) };
}

/** Cores by process between two readings; what is left of this process's tree is the browser and the bench itself. */
export function coresOf(
  match: RunningMatch,
  { before, after }: { before: UsageReading; after: UsageReading },
): Map<string, number> {
  const names = new Map(match.processes.map(({ pid, plan }) => [pid, plan.id]));
  const cores = new Map<string, number>();
  for (const [pid, usage] of after.usages) {
    const earlier = before.usages.get(pid);
    if (!earlier) continue;
    const used = coresBetween({ usage: earlier, at: before.at }, { usage, at: after.at });
    cores.set(names.get(pid) ?? "Chromium and the bench", used);
  }
  return cores;
}
