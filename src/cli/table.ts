// The live table of a running match, and the progress of its start.
import Table from "cli-table3";
import { createLogUpdate } from "log-update";
import { type Closable, ms, type MonoMs } from "#base";
import type { Clock } from "#base/clock";
import { type DirectorState, directorStateSchema, type Summary, summarySchema } from "#protocol";
import { ask } from "./ask.ts";
import type { RunningMatch } from "./match.ts";
import type { RoleProcess } from "./roleProcess.ts";
import { coresBetween, type Usage, usageOf } from "./usage.ts";

const REFRESH_MS = ms(1_000);
/** Without a terminal a line is printed this often. */
const PLAIN_REFRESH_MS = ms(10_000);

/** What a table shows of a process. */
export interface ProcessRow {
  id: string;
  url: string;
  state: string;
  cores: number | null;
  residentBytes: number | null;
}

/** Lines while the roles come up: one that is rewritten on a terminal, plain ones elsewhere. */
export function showProgress(live: boolean): {
  changed: (process: RoleProcess) => void;
  done: () => void;
} {
  const up = new Set<string>();
  const rewrite = live && process.stdout.isTTY ? createLogUpdate(process.stdout) : null;
  let finished = false;
  rewrite?.("starting …");
  return {
    changed: (role) => {
      if (finished) return;
      if (role.state === "running") up.add(role.plan.id);
      if (role.state === "failed") console.error(`${role.plan.id}: ${role.trouble}`);
      rewrite?.(`starting … ${up.size} up: ${[...up].join(", ")}`);
    },
    done: () => {
      finished = true;
      rewrite?.clear();
    },
  };
}

/** Keeps the terminal showing `match`; without a terminal, or with `live` false, prints a line now and then. */
export function showTable(match: RunningMatch, options: { live: boolean; clock: Clock }): Closable {
  const { clock } = options;
  const live = options.live && process.stdout.isTTY;
  const rewrite = live ? createLogUpdate(process.stdout) : null;
  const meter = new UsageMeter(match, clock);
  let closed = false;
  let lastPlain = -Infinity;
  if (!live) console.log(doors(match));
  const refresh = async (): Promise<void> => {
    const [summary, state] = await Promise.all([
      ask(`${match.urls.telemetry}/summary`, "summary", summarySchema),
      ask(`${match.urls.director}/state`, "director state", directorStateSchema),
    ]);
    if (closed) return;
    if (rewrite)
      rewrite(
        [headline(summary), processTable(meter.rows()), edgeLines(state), doors(match)].join("\n"),
      );
    else if (clock.monotonic() - lastPlain >= PLAIN_REFRESH_MS) {
      lastPlain = clock.monotonic();
      console.log(headline(summary));
    }
  };
  const timer = clock.every(REFRESH_MS, () => void refresh());
  void refresh();
  return {
    close: async () => {
      closed = true;
      timer.cancel();
      rewrite?.done();
    },
  };
}

/** The first line: how far behind the camera, for how many. */
export function headline(summary: Summary | null): string {
  if (!summary) return "telemetry does not answer";
  const { glassToGlass, viewers } = summary;
  if (!glassToGlass || viewers.length === 0) return "on air; no viewer yet";
  const spread = Math.round(glassToGlass.p95 - glassToGlass.p50);
  return `${(glassToGlass.p50 / 1_000).toFixed(2)} s behind the camera (p50; p95 ${spread} ms more) · ${viewers.length} viewers`;
}

/** One row a process. */
export function processTable(rows: readonly ProcessRow[]): string {
  const table = new Table({
    head: ["process", "where", "state", "cores", "MiB"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "left", "right", "right"],
  });
  for (const row of rows)
    table.push([
      row.id,
      row.url,
      row.state,
      row.cores?.toFixed(2) ?? "",
      row.residentBytes === null ? "" : String(Math.round(row.residentBytes / 2 ** 20)),
    ]);
  return table.toString();
}

/** One line an edge: load against capacity. */
export function edgeLines(state: DirectorState | null): string {
  if (!state) return "the director does not answer; viewers keep what they have";
  return state.edges
    .map(({ id, up, why, heartbeat }) =>
      up && heartbeat
        ? `${id}: ${heartbeat.viewers} viewers, ${heartbeat.mbps.toFixed(1)} of ${heartbeat.capacityMbps} Mb/s`
        : `${id}: ${why ?? "no heartbeat yet"}`,
    )
    .join("\n");
}

function doors({ urls }: RunningMatch): string {
  return `watch: ${urls.watch}   control room: ${urls.controlRoom}   (Ctrl-C stops everything)`;
}

/** Cores of each process between two refreshes. */
class UsageMeter {
  readonly #match: RunningMatch;
  readonly #clock: Clock;
  #last = new Map<number, { usage: Usage; at: MonoMs }>();

  constructor(match: RunningMatch, clock: Clock) {
    this.#match = match;
    this.#clock = clock;
  }

  rows(): ProcessRow[] {
    const at = this.#clock.monotonic();
    const { processes } = this.#match;
    const usages = usageOf(processes.flatMap(({ pid }) => (pid === undefined ? [] : [pid])));
    const rows = processes.map((process) => this.#row(process, usages, at));
    this.#last = new Map([...usages].map(([pid, usage]) => [pid, { usage, at }]));
    return rows;
  }

  #row(
    { plan, url, state, trouble, pid }: RoleProcess,
    usages: Map<number, Usage>,
    at: MonoMs,
  ): ProcessRow {
    const usage = pid === undefined ? undefined : usages.get(pid);
    const before = pid === undefined ? undefined : this.#last.get(pid);
    return {
      id: plan.id,
      url,
      state: trouble && state !== "running" ? `${state}: ${trouble}` : state,
      cores: usage && before ? coresBetween(before, { usage, at }) : null,
      residentBytes: usage?.residentBytes ?? null,
    };
  }
}
