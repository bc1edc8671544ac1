// npm run bench -- crowd: five thousand low-latency viewers of a whole match on this machine, then a kick-off of as many.
import { availableParallelism } from "node:os";
import { ms, type MonoMs, monoMs } from "#base";
import { systemClock } from "#base/clock";
import type { RunningMatch } from "#cli";
import { type Crowd, type CrowdReport, type CrowdSettings, startCrowd, textOf } from "#crowd";
import { crowdOn } from "../../test/support/crowd.ts";
import { stageMatch } from "../../test/support/play.ts";
import { type BenchResult, type Row, surroundings } from "../result.ts";
import { kickoffRows, processRows, upstreamRow, watchRows } from "./figures.ts";
import { edgeWork, OriginWatch, readUsage, type UsageReading } from "./probes.ts";

/** Viewers of each measurement. */
const VIEWERS = 5_000;
/** The long measurement: viewers come one after the other, and this later everything counts, ms. */
const COMING_MS = 10_000;
const SETTLE_MS = 5_000;
/** A kick-off: all within this time, and then watched for so long, ms. */
const KICKOFF_MS = 2_000;
const KICKOFF_WATCHED_MS = 10_000;
/** The channel has been on air for so long before anybody comes: a viewer begins a target's length in the past, ms. */
const ON_AIR_MS = ms(6_000);
/** Between the two, so that the first crowd's sockets are gone, ms. */
const PAUSE_MS = ms(3_000);
/** A part older than this at the origin, at the 95th percentile, was late before any edge had it: nothing is believed, ms. */
const ORIGIN_LATE_MS = 900;
/** The crowd's own loop was later than this at its 95th percentile: it measured itself, ms. */
const CROWD_LATE_MS = 250;
/** The edge that all viewers are sent to, at its own port. */
const EDGE = "isp-roma";

const parts = ["watch", "kickoff"] as const;

export interface CrowdBenchOptions {
  /** Length of the long measurement. */
  readonly seconds: number;
  /** `watch` or `kickoff` alone. */
  readonly only?: string;
  readonly viewers?: number;
}

/** Runs both measurements on one match. */
export async function runCrowd(options: CrowdBenchOptions): Promise<BenchResult> {
  const { only, viewers = VIEWERS } = options;
  const head = { bench: "crowd", ...surroundings(), runs: 1 };
  if (only !== undefined && !parts.some((part) => part === only))
    return { ...head, rows: [], void: `--only takes one of ${parts.join(", ")}` };
  console.error(
    `${viewers} LL-DASH viewers, lowest rung of the small ladder and sound at true size, from two networks' addresses; every edge is reached straight at its port, not through the networks' links`,
  );
  const match = await stageMatch();
  try {
    await systemClock.sleep(ON_AIR_MS);
    const rows: Row[] = [];
    const reasons: string[] = [];
    for (const part of parts) {
      if (only !== undefined && only !== part) continue;
      if (rows.length > 0) await systemClock.sleep(PAUSE_MS);
      const measured = await measure(match, settingsOf(match, part, { ...options, viewers }));
      console.error(`\n${part}: ${textOf(measured.report)}`);
      rows.push(...(part === "watch" ? watched(measured) : kickoffRows(measured.report)));
      const why = reasonOf(measured);
      if (why !== null) reasons.push(`${part}: ${why}`);
    }
    return { ...head, rows, ...(reasons.length > 0 ? { void: reasons.join("; ") } : {}) };
  } finally {
    await match.close();
  }
}

interface Measured {
  readonly report: CrowdReport;
  readonly before: UsageReading;
  /** When all had come and settled. */
  readonly settled: UsageReading;
  readonly end: UsageReading;
  readonly upstreamRequests: number;
  readonly origin: OriginWatch;
}

function settingsOf(
  match: RunningMatch,
  part: (typeof parts)[number],
  { seconds, viewers }: { seconds: number; viewers: number },
): CrowdSettings {
  const watch = part === "watch";
  const settings = crowdOn(match, {
    viewers,
    protocols: [{ protocol: "dash", share: 1 }],
    arrival: watch ? "steady" : "kickoff",
    overMs: watch ? COMING_MS : KICKOFF_MS,
    durationMs: watch ? COMING_MS + SETTLE_MS + seconds * 1_000 : KICKOFF_MS + KICKOFF_WATCHED_MS,
    shares: { fastweb: 0.6, tim: 0.4 },
    targetLatencyMs: null,
    sampled: 0.01,
    // One a core: viewers who share one with all others would measure themselves.
    processes: availableParallelism(),
  });
  const urls = match.urls.edges.toSorted((a, b) => Number(b.id === EDGE) - Number(a.id === EDGE));
  const edges = urls.map(({ url }) => url);
  return { ...settings, networks: settings.networks.map((network) => ({ ...network, edges })) };
}

async function measure(match: RunningMatch, settings: CrowdSettings): Promise<Measured> {
  const edge = match.urls.edges.find(({ id }) => id === EDGE)?.url ?? "";
  const origin = new OriginWatch(match.urls.origin, systemClock);
  const before = readUsage(match, []);
  const crowd = await startCrowd(settings, { clock: systemClock });
  const stop = (): void => void crowd.stop();
  process.once("SIGINT", stop);
  try {
    const settledAt = monoMs(systemClock.monotonic() + settings.overMs + SETTLE_MS);
    await until(settledAt, crowd);
    const [settled, work] = [readUsage(match, crowd.pids), await edgeWork(edge)];
    // A moment before the end, while everybody still watches.
    const lastAt = settings.durationMs - crowd.now.elapsedMs - 1_000;
    await until(monoMs(systemClock.monotonic() + Math.max(0, lastAt)), crowd);
    const [end, workAtEnd] = [readUsage(match, crowd.pids), await edgeWork(edge)];
    const report = await crowd.ended;
    return { report, before, settled, end, upstreamRequests: workAtEnd - work, origin };
  } finally {
    process.off("SIGINT", stop);
    await crowd.stop();
    origin.close();
  }
}

/** Waits for an instant; a crowd that ends before is not waited for. */
async function until(at: MonoMs, crowd: Crowd): Promise<void> {
  const gone = new AbortController();
  void crowd.ended.then(() => gone.abort());
  await systemClock.sleep(ms(Math.max(0, at - systemClock.monotonic())), gone.signal);
}

function watched({ report, before, settled, end, upstreamRequests }: Measured): Row[] {
  return [
    ...watchRows(report),
    upstreamRow({ upstreamRequests, seconds: (end.at - settled.at) / 1_000 }),
    ...processRows({ before, settled, end, edge: `edge ${EDGE}`, viewers: report.all.viewers }),
  ];
}

/** Why the measurement is not believed, or null. */
function reasonOf({ report, origin }: Measured): string | null {
  const behind = origin.behindMs(0.95);
  if (behind > ORIGIN_LATE_MS)
    return `the origin's newest part was ${behind.toFixed(0)} ms old at p95, not within ${ORIGIN_LATE_MS}: the encoder did not keep up`;
  const late = Math.max(0, ...report.processes.map(({ lagMs }) => lagMs?.p95 ?? 0));
  if (late > CROWD_LATE_MS)
    return `the crowd's own loop was ${late.toFixed(0)} ms late at p95, not within ${CROWD_LATE_MS}: it measured itself`;
  return report.ended === "stopped" ? "stopped before its time" : null;
}
