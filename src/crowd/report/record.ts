// The parent's book: what the processes tell is added up here.
import { elapsed, type MonoMs, monoMs, type UtcMs } from "#base";
import type { Clock } from "#base/clock";
import { Agreement } from "../measure/agreement.ts";
import { Distribution } from "../measure/distribution.ts";
import { Ledger } from "../measure/ledger.ts";
import { Tally } from "../measure/tally.ts";
import { Timeline } from "../measure/timeline.ts";
import type { PlannedViewer } from "../plan/plan.ts";
import type { ProcessUsage, Share, Told } from "../processes/messages.ts";
import type { CrowdSettings } from "../settings.ts";
import type { CrowdNow } from "./report.ts";

/** What two processes that disagree on an object's bytes are told of: the viewers' own word for it. */
const DISAGREEMENT = "wrong-hash";

/** Instead of a network's index: the trouble lies in none of them. */
export const BETWEEN_PROCESSES = -1;

/** One process as it told of itself. */
export interface ProcessBook {
  readonly pid: number;
  readonly share: Share;
  usage: ProcessUsage;
  readonly lag: Distribution;
  /** How it died before the end; null: it did not. */
  died: string | null;
}

export interface RecordOptions {
  readonly settings: CrowdSettings;
  readonly viewers: readonly PlannedViewer[];
}

export class CrowdRecord {
  readonly settings: CrowdSettings;
  readonly viewers: readonly PlannedViewer[];
  /** By network, and within it by protocol. */
  readonly tallies: readonly Tally[];
  readonly errors = new Ledger();
  readonly faults = new Ledger();
  readonly agreement = new Agreement();
  readonly timeline: Timeline;
  readonly processes = new Map<number, ProcessBook>();
  /** Objects that two processes got with other bytes. */
  disagreements = 0;
  /** Hashes that no process could compare for want of room. */
  hashesDropped = 0;
  beganAtUtc: UtcMs | null = null;
  readonly #clock: Clock;
  #beganAt: MonoMs | null = null;
  #lastedMs: number | null = null;

  constructor({ settings, viewers }: RecordOptions, context: { clock: Clock }) {
    this.settings = settings;
    this.viewers = viewers;
    this.#clock = context.clock;
    const { networks, protocols, durationMs } = settings;
    this.tallies = Array.from({ length: networks.length * protocols.length }, () => new Tally());
    this.timeline = new Timeline({ networks: networks.length, durationMs });
  }

  /** A process takes part, and its messages are waited for. */
  expect(process: number, { pid, share }: { pid: number; share: Share }): void {
    const usage = { cpuS: 0, residentBytes: 0 };
    this.processes.set(process, { pid, share, usage, lag: new Distribution(), died: null });
    this.timeline.expect(process);
  }

  begins(at: UtcMs): void {
    this.beganAtUtc = at;
    this.#beganAt = monoMs(this.#clock.monotonic() + (at - this.#clock.utc()));
  }

  take(process: number, told: Told): void {
    const { networks, protocols } = this.settings;
    const tallies = networks.map(() => new Tally());
    const playing = networks.map(() => 0);
    for (const group of told.groups) {
      const tally = Tally.from(group.tally);
      this.tallies[group.network * protocols.length + group.protocol]?.merge(tally);
      tallies[group.network]?.merge(tally);
      playing[group.network] = (playing[group.network] ?? 0) + group.playing;
    }
    // Viewers tell bytes each second, and the rest when they leave: up to a second's more, which would be a peak of its own.
    if (told.last && told.second > 0) for (const tally of tallies) tally.counters.bytes = 0;
    this.timeline.add(process, told.second, { tallies, playing, edges: told.edges });
    for (const line of told.errors) this.errors.merge(line);
    for (const line of told.faults) this.faults.merge(line);
    this.hashesDropped += told.hashesDropped;
    for (const [object, hash] of told.hashes) this.#compare(object, hash);
    const book = this.processes.get(process);
    if (!book) return;
    book.usage = told.usage;
    book.lag.merge(Distribution.from(told.lag));
  }

  /** The process tells nothing more; `died` says how, when it was before the end. */
  left(process: number, died: string | null): void {
    const book = this.processes.get(process);
    if (book && died !== null) book.died ??= died;
    this.timeline.left(process);
  }

  /** The viewers stop now; what they tell while they stop still counts. */
  ends(): void {
    this.#lastedMs ??= this.elapsedMs;
  }

  /** Since the first could come; when the run has ended, how long it was. */
  get elapsedMs(): number {
    if (this.#lastedMs !== null) return this.#lastedMs;
    if (this.#beganAt === null) return 0;
    return Math.max(0, elapsed(this.#beganAt, this.#clock.monotonic()));
  }

  /** Viewers among those that `chosen` names whose process died. */
  lostViewers(chosen: (viewer: PlannedViewer) => boolean): number {
    let lost = 0;
    for (const { share, died } of this.processes.values())
      if (died !== null) lost += this.viewers.slice(share.from, share.to).filter(chosen).length;
    return lost;
  }

  get now(): CrowdNow {
    const { all } = this.timeline;
    const sum = new Tally();
    for (const tally of this.tallies) sum.merge(tally);
    const { joins, stalls, errors, faults } = sum.counters;
    return {
      elapsedMs: this.elapsedMs,
      playing: all.playing.at(-1) ?? 0,
      joins,
      joinsPerSecond: all.joins.at(-1) ?? 0,
      joinP95Ms: all.joinP95.at(-1) ?? null,
      latencyMs: all.latencyP50.at(-1) ?? null,
      mbps: all.mbps.at(-1) ?? 0,
      stalls,
      errors,
      faults: faults + this.disagreements,
      lost: this.lostViewers(() => true),
      edges: this.timeline.edges.now,
    };
  }

  #compare(object: string, hash: string): void {
    const mismatch = this.agreement.heard(object, hash);
    if (mismatch === null) return;
    this.disagreements += 1;
    this.faults.add(DISAGREEMENT, BETWEEN_PROCESSES, mismatch);
  }
}
