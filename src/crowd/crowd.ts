// A crowd: its processes started together, listened to, and stopped; at its end there is a report.
import { ms, sentenceOf, type UtcMs, utcMs } from "#base";
import type { Clock, Timer } from "#base/clock";
import { crowdErrors } from "./errors.ts";
import { LEAD_MS, PROCESS_STOP_LIMIT_MS } from "./limits.ts";
import { planViewers } from "./plan/plan.ts";
import { sharesOf } from "./plan/shares.ts";
import { CrowdProcess } from "./processes/crowdProcess.ts";
import { checkAddresses } from "./processes/checkAddresses.ts";
import { settleEdges } from "./processes/settleEdges.ts";
import { composeReport } from "./report/compose.ts";
import { CrowdRecord } from "./report/record.ts";
import type { CrowdNow, CrowdReport } from "./report/report.ts";
import type { CrowdSettings } from "./settings.ts";

/** The program of a process. */
const CHILD = new URL("./processes/child.ts", import.meta.url).pathname;

export interface CrowdContext {
  readonly clock: Clock;
  /** The program that a process runs, when it is not the crowd's own. */
  readonly child?: string;
}

/** A crowd that runs. */
export interface Crowd {
  /** As given, with the edges that the director said. */
  readonly settings: CrowdSettings;
  readonly now: CrowdNow;
  readonly pids: readonly number[];
  /** Resolves with the report when the run is over, was stopped, or every process has died; never rejects. */
  readonly ended: Promise<CrowdReport>;
  /** Ends the run before its time; idempotent. */
  stop(): Promise<CrowdReport>;
}

/**
 * Starts every process, and then all viewers' time at one instant. Rejects, with nothing left running, when the settings
 * cannot be served here (crowd/no-address-here, crowd/no-edges, …) or a process does not start.
 */
export async function startCrowd(given: CrowdSettings, context: CrowdContext): Promise<Crowd> {
  await checkAddresses(given.networks);
  const settings = await settleEdges(given, context);
  const viewers = planViewers(settings);
  const record = new CrowdRecord({ settings, viewers }, context);
  const processes = sharesOf(settings).map(
    (share) => new CrowdProcess({ program: context.child ?? CHILD, settings, share }, context),
  );
  try {
    await Promise.all(processes.map((process) => process.start()));
  } catch (failure) {
    await Promise.all(processes.map((process) => process.stop(0)));
    throw crowdErrors.make("process-did-not-start", { why: sentenceOf(failure) }, failure);
  }
  const crowd = new RunningCrowd({ settings, record, processes, clock: context.clock });
  crowd.begin(utcMs(context.clock.utc() + LEAD_MS));
  return crowd;
}

class RunningCrowd implements Crowd {
  readonly settings: CrowdSettings;
  readonly ended: Promise<CrowdReport>;
  readonly #record: CrowdRecord;
  readonly #processes: readonly CrowdProcess[];
  readonly #clock: Clock;
  #report: (report: CrowdReport) => void = () => undefined;
  #time: Timer | null = null;
  #stopping = false;
  #how: CrowdReport["ended"] = "over";

  constructor(parts: {
    settings: CrowdSettings;
    record: CrowdRecord;
    processes: readonly CrowdProcess[];
    clock: Clock;
  }) {
    this.settings = parts.settings;
    this.#record = parts.record;
    this.#processes = parts.processes;
    this.#clock = parts.clock;
    this.ended = new Promise((resolve) => (this.#report = resolve));
  }

  get now(): CrowdNow {
    return this.#record.now;
  }

  get pids(): readonly number[] {
    return this.#processes.map(({ pid }) => pid);
  }

  begin(at: UtcMs): void {
    this.#record.begins(at);
    this.#processes.forEach((process, index) => {
      this.#record.expect(index, process);
      process.begin(at, (told) => this.#record.take(index, told));
      void process.gone.then((died) => this.#record.left(index, died));
    });
    const untilOver = at - this.#clock.utc() + this.settings.durationMs;
    this.#time = this.#clock.after(ms(untilOver), () => void this.#end());
    void Promise.all(this.#processes.map(({ gone }) => gone)).then(() => {
      this.#time?.cancel();
      this.#report(composeReport(this.#record, this.#how));
    });
  }

  stop(): Promise<CrowdReport> {
    if (!this.#stopping) this.#how = "stopped";
    void this.#end();
    return this.ended;
  }

  async #end(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#record.ends();
    await Promise.all(this.#processes.map((process) => process.stop(PROCESS_STOP_LIMIT_MS)));
  }
}
