// Hours of a match with our three players in false clocks: one line a period, and a verdict at the end.
import { readdirSync } from "node:fs";
import { type Closable, elapsed, ms, type Ms, Scope } from "#base";
import { systemClock } from "#base/clock";
import { type Usage, usageOf } from "#cli";
import { descendants } from "../../../test/support/processTree.ts";
import { median, placesOf, spreadsOf } from "../figures.ts";
import { seatMixed, SETTLE_MS } from "../groups/mixed.ts";
import { targetAt } from "../groups/networks.ts";
import { ask, newSeen, type Seen } from "../observe.ts";
import { type Spectator, Stage } from "../stage.ts";
import { type SeriesReading, type SoakReading, verdictOf } from "./verdict.ts";

/** Four leave a machine of two cores room for the encoder. */
const TABS = 4;
/** Each page forgets what it saw after a quarter of an hour; it is asked more often than that, ms. */
const ASK_EVERY_MS = ms(2_000);

/** A shorter period says nothing, ms. */
const PERIOD_LEAST_MS = 10_000;

export interface SoakOptions {
  readonly minutes: number;
  /** A line and a reading each so often, ms. */
  readonly periodMs: Ms;
  /** Ends it early, with what was seen so far. */
  readonly signal?: AbortSignal;
  /** A line for a person. */
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly readings: readonly SoakReading[];
  /** Why it failed; none: all is well. */
  readonly reasons: readonly string[];
}

/** Watches for so long. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const watches = new Scope();
  const stage = watches.own(await Stage.open({}, { keepsOpen: true }));
  try {
    const spectators = await seatMixed(stage, TABS);
    await systemClock.sleep(SETTLE_MS, options.signal);
    const watch = watches.own(new Soak(stage, spectators));
    const readings: SoakReading[] = [];
    const start = systemClock.monotonic();
    const since = (): number => elapsed(start, systemClock.monotonic());
    while (since() < options.minutes * 60_000 && !options.signal?.aborted) {
      const from = since();
      await watch.pass(options.periodMs, options.signal);
      // A period that was broken off counts when it says something.
      if (since() - from < PERIOD_LEAST_MS) break;
      const reading = await watch.read(since(), { processes: !options.signal?.aborted });
      readings.push(reading);
      options.say(lineOf(reading));
    }
    return { readings, reasons: verdictOf(readings) };
  } finally {
    await watches.close();
  }
}

class Soak implements Closable {
  readonly #stage: Stage;
  readonly #sessions: { name: string; read: () => Promise<number>; close: () => Promise<void> }[] =
    [];
  #seen: Seen[];

  constructor(stage: Stage, spectators: readonly Spectator[]) {
    this.#stage = stage;
    this.#seen = spectators.map(newSeen);
  }

  /** Asks all tabs again and again for one period. */
  async pass(periodMs: Ms, signal: AbortSignal | undefined): Promise<void> {
    const start = systemClock.monotonic();
    while (elapsed(start, systemClock.monotonic()) < periodMs) {
      await systemClock.sleep(ASK_EVERY_MS, signal);
      if (signal?.aborted) return;
      await Promise.all(this.#seen.map(ask));
    }
  }

  /** One reading of what was seen since the last; after Ctrl-C the processes of the match are ending too. */
  async read(at: number, { processes }: { processes: boolean }): Promise<SoakReading> {
    const seen = this.#seen;
    this.#seen = seen.map(({ spectator, lost }) => ({ ...newSeen(spectator), lost }));
    const { spreads } = spreadsOf(seen);
    const latencies = seen.flatMap((tab) => placesOf(tab).map(({ latencyMs }) => latencyMs));
    return {
      at,
      viewers: seen.map((tab) => {
        const off = placesOf(tab).map((place) => place.latencyMs - targetAt(tab, place.at));
        return {
          name: tab.spectator.name,
          frames: new Set(tab.moments.map(({ mediaTime }) => mediaTime)).size,
          offMs: off.length > 0 ? median(off) : null,
          stalls: tab.stalls.length,
        };
      }),
      spreadP95Ms: percentile(spreads, 0.95),
      latencyP50Ms: percentile(latencies, 0.5),
      series: processes ? [...(await this.#heaps()), ...this.#processes()] : [],
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close().catch(() => undefined)));
  }

  /** The pages' JavaScript heaps, as the browser's own instruments tell. */
  async #heaps(): Promise<SeriesReading[]> {
    if (this.#sessions.length === 0) await this.#attach();
    return Promise.all(
      this.#sessions.map(async ({ name, read }) => ({
        kind: "page heap" as const,
        name,
        value: await read().catch(() => 0),
      })),
    );
  }

  async #attach(): Promise<void> {
    for (const { spectator } of this.#seen) {
      const { page } = spectator.seat;
      const session = await page.context().newCDPSession(page);
      this.#sessions.push({
        name: spectator.name,
        read: async () => {
          await session.send("HeapProfiler.collectGarbage");
          return (await session.send("Runtime.getHeapUsage")).usedSize;
        },
        close: () => session.detach(),
      });
    }
  }

  #processes(): SeriesReading[] {
    const names = new Map<number, { name: string; edge: boolean }>();
    for (const { pid, plan } of this.#stage.match.processes)
      if (pid !== undefined) names.set(pid, { name: plan.id, edge: plan.role === "edge" });
    names.set(process.pid, { name: "this program", edge: false });
    const browser = browserPid();
    if (browser !== null) names.set(browser, { name: "Chromium", edge: false });
    const usages: ReadonlyMap<number, Usage> = usageOf([...names.keys()]);
    return [...names].flatMap(([pid, { name, edge }]) => [
      {
        kind: edge ? ("edge memory" as const) : ("memory" as const),
        name,
        value: usages.get(pid)?.residentBytes ?? 0,
      },
      { kind: "descriptors" as const, name, value: descriptorsOf(pid) },
    ]);
  }
}

/** The browser itself, not one of its renderers. */
function browserPid(): number | null {
  for (const [pid, command] of descendants(process.pid))
    if (command.includes("chromium") && !command.includes("--type=")) return pid;
  return null;
}

function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

const MIB = 2 ** 20;

/** "minute 12: 4 viewers, spread p95 21 ms, …" */
function lineOf({ at, viewers, spreadP95Ms, latencyP50Ms, series }: SoakReading): string {
  const present = viewers.filter(({ frames }) => frames > 0).length;
  const stalls = viewers.reduce((total, viewer) => total + viewer.stalls, 0);
  const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(0));
  const mib = (value: number): string => (value / MIB).toFixed(0);
  const of = (kind: SeriesReading["kind"]): SeriesReading[] =>
    series.filter((each) => each.kind === kind);
  const memory = [...of("memory"), ...of("edge memory")];
  const files = of("descriptors").reduce((total, { value }) => total + value, 0);
  const heaps = of("page heap").map(({ value }) => mib(value));
  const sizes = memory.map(({ name, value }) => `${name} ${mib(value)}`);
  return [
    `minute ${(at / 60_000).toFixed(1)}: ${present} of ${viewers.length} viewers`,
    `spread p95 ${shown(spreadP95Ms)} ms`,
    `latency p50 ${shown(latencyP50Ms)} ms`,
    `${stalls} stalls`,
    ...(series.length === 0
      ? []
      : [`heaps ${heaps.join("+")} MiB`, `memory ${sizes.join(", ")} MiB`, `${files} descriptors`]),
  ].join("; ");
}
