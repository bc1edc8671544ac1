// Watches the watchers: what each tab showed, what our page said of itself, and what the machine spent on it.
import { readFileSync } from "node:fs";
import { elapsed, ms } from "#base";
import { systemClock } from "#base/clock";
import { type Summary, summarySchema } from "#protocol";
import type { ViewerState } from "../../test/support/browser.ts";
import type { Moment, Stall } from "../../test/support/frameWatch.ts";
import { coresOf, readUsage, type UsageReading } from "../usage.ts";
import type { Spectator, Stage } from "./stage.ts";

/** Tabs are asked this often: each keeps what it has seen until then, and every question costs it a little. */
const ASK_EVERY_MS = 2_000;
/** What the machine did beside this run. */
export const STRANGERS = "everything else on this machine";
/** A tab that answers no question for so long is lost, ms. */
const ANSWER_LIMIT_MS = ms(10_000);

/** What one tab showed and said. */
export interface Seen {
  readonly spectator: Spectator;
  readonly moments: Moment[];
  readonly frames: Moment[];
  readonly stalls: Stall[];
  /** What our page said, with when: true UTC ms. */
  readonly states: { readonly at: number; readonly state: ViewerState }[];
  /** Why the tab was lost, and null while it is there. */
  lost: string | null;
}

export interface Observation {
  readonly seen: readonly Seen[];
  readonly summaries: readonly Summary[];
  /** Cores by process; the browser and this program together. */
  readonly cores: ReadonlyMap<string, number>;
  readonly fromUtc: number;
  readonly toUtc: number;
}

export interface ObserveOptions {
  readonly seconds: number;
  /** Called at each question, with the seconds since the first. */
  readonly meanwhile?: (secondsIn: number, seen: readonly Seen[]) => Promise<void> | void;
}

/** Watches for so long; what happened before is forgotten. */
export async function observe(
  stage: Stage,
  spectators: readonly Spectator[],
  { seconds, meanwhile }: ObserveOptions,
): Promise<Observation> {
  const seen = spectators.map(newSeen);
  await Promise.all(spectators.map(({ seat }) => seat.frames.drain()));
  const fromUtc = systemClock.utc();
  const load = beginLoad(stage);
  const summaries: Summary[] = [];
  const start = systemClock.monotonic();
  for (let turn = 0; elapsed(start, systemClock.monotonic()) < seconds * 1_000; turn += 1) {
    const due = start + turn * ASK_EVERY_MS;
    await systemClock.sleep(ms(Math.max(0, due - systemClock.monotonic())));
    await Promise.all(seen.map(ask));
    summaries.push(await readSummary(stage));
    await meanwhile?.(elapsed(start, systemClock.monotonic()) / 1_000, seen);
  }
  await Promise.all(seen.map(ask));
  return { seen, summaries, cores: load(), fromUtc, toUtc: systemClock.utc() };
}

export const newSeen = (spectator: Spectator): Seen => ({
  spectator,
  moments: [],
  frames: [],
  stalls: [],
  states: [],
  lost: null,
});

/** Takes what a tab has seen since; a tab that does not answer is lost, and the others go on. */
export async function ask(seen: Seen): Promise<void> {
  if (seen.lost !== null) return;
  const { seat, viewer } = seen.spectator;
  try {
    const answers = Promise.all([seat.frames.drain(), viewer?.state() ?? null]);
    const [{ moments, frames, stalls }, state] = await withinLimit(answers);
    seen.moments.push(...moments);
    seen.frames.push(...frames);
    seen.stalls.push(...stalls);
    if (state) seen.states.push({ at: systemClock.utc(), state });
  } catch (failure) {
    seen.lost = failure instanceof Error ? failure.message : String(failure);
  }
}

function withinLimit<Value>(answer: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const limit = systemClock.after(ANSWER_LIMIT_MS, () =>
      reject(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)),
    );
    answer.then(resolve, reject).finally(() => limit.cancel());
  });
}

async function readSummary(stage: Stage): Promise<Summary> {
  const answer = await fetch(`${stage.match.urls.telemetry}/summary`);
  return summarySchema.parse(await answer.json());
}

/** Reads what the machine has done; the function that it returns tells the cores since, by process. */
export function beginLoad(stage: Stage): () => Map<string, number> {
  const before = readMachine(stage);
  return () => coresSince(stage, before);
}

interface MachineReading extends UsageReading {
  /** Of the whole machine since it came up, s. */
  readonly machineS: number;
}

const readMachine = ({ match }: Stage): MachineReading => ({
  ...readUsage(match),
  machineS: machineBusyS(),
});

/** proc(5), /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; in hundredths of a second. */
function machineBusyS(): number {
  const [line = ""] = readFileSync("/proc/stat", "latin1").split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = line
    .replace(/^cpu +/, "")
    .split(" ")
    .map(Number);
  return (user + nice + system + irq + soft + steal) / 100;
}

function coresSince(stage: Stage, before: MachineReading): Map<string, number> {
  const after = readMachine(stage);
  const cores = coresOf(stage.match, { before, after });
  const ours = [...cores.values()].reduce((total, used) => total + used, 0);
  const machine = ((after.machineS - before.machineS) * 1_000) / elapsed(before.at, after.at);
  cores.set(STRANGERS, Math.max(0, machine - ours));
  return cores;
}
