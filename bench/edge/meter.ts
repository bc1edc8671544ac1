// What a measurement cost the server, and what else ran on its core meanwhile.
import { readFileSync } from "node:fs";
import type { MonoMs } from "#base";
import { systemClock } from "#base/clock";
import { usageOf } from "#cli";

/** Ticks of /proc/stat a second, USER_HZ. */
const TICKS_PER_SECOND = 100;

/** A measurement's cost. */
export interface Cost {
  readonly seconds: number;
  /** CPU seconds of the server with its children, user and system. */
  readonly cpuS: number;
  /** Share of the server's core that others took: other processes, interrupts, the host. */
  readonly foreign: number;
}

/** Resident memory of a process with its children, bytes. */
export const residentOf = (pid: number): number => usageOf([pid]).get(pid)?.residentBytes ?? 0;

/** Runs `work` and reads what it cost process `pid` on `core`. */
export async function metered<Result>(
  { pid, core }: { pid: number; core: number },
  work: () => Promise<Result>,
): Promise<{ result: Result; cost: Cost }> {
  const before = read(pid, core);
  const result = await work();
  const after = read(pid, core);
  const seconds = (after.at - before.at) / 1_000;
  const cpuS = after.cpuS - before.cpuS;
  const others = after.busyS - before.busyS - cpuS;
  return { result, cost: { seconds, cpuS, foreign: Math.max(0, others / seconds) } };
}

function read(pid: number, core: number): { at: MonoMs; cpuS: number; busyS: number } {
  const line =
    new RegExp(`^cpu${core} (.*)$`, "m").exec(readFileSync("/proc/stat", "latin1"))?.[1] ?? "";
  // proc(5): user nice system idle iowait irq softirq steal guest guest_nice; a guest's time is in user already.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(" ")
    .map(Number);
  return {
    at: systemClock.monotonic(),
    cpuS: usageOf([pid]).get(pid)?.cpuS ?? 0,
    busyS: (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND,
  };
}
