// The viewers of one process: they come and go by the plan, and each second it is told what happened to them.
import { elapsed, ms, type MonoMs, monoMs, type UtcMs } from "#base";
import type { Clock, Timer } from "#base/clock";
import { AGREEMENT_TOLD_LIMIT, LAG_PERIOD_MS, TELL_PERIOD_MS } from "../limits.ts";
import { Distribution } from "../measure/distribution.ts";
import { Ledger } from "../measure/ledger.ts";
import { Tally } from "../measure/tally.ts";
import { addTo, type EdgeCount } from "../measure/whereabouts.ts";
import { type PlannedViewer, planViewers } from "../plan/plan.ts";
import type { CrowdSettings } from "../settings.ts";
import type { ProcessUsage, Share, Told } from "./messages.ts";
import { type MakeViewer, Visit, type VisitContext } from "./visit.ts";

export interface SectionContext {
  readonly clock: Clock;
  readonly makeViewer: MakeViewer;
  readonly usage: () => ProcessUsage;
  readonly tell: (told: Told) => void;
  /** Whether a message would be taken now; when not, it is told together with the next. */
  readonly canTell: () => boolean;
}

interface Coming {
  readonly atMs: number;
  readonly viewer: PlannedViewer;
  readonly comes: boolean;
}

/** Runs its share of a crowd. */
export class Section {
  readonly #settings: CrowdSettings;
  readonly #context: SectionContext;
  readonly #visitContext: VisitContext;
  /** In order of time; `#next` is the first that has not happened. */
  readonly #comings: Coming[];
  #next = 0;
  readonly #visits = new Map<number, Visit>();
  /** Stopped viewers that have not told their last. */
  readonly #leaving = new Set<Visit>();
  readonly #stalled = new Set<number>();
  #tallies: Tally[];
  readonly #errors = new Ledger();
  readonly #faults = new Ledger();
  #hashes: [string, string][] = [];
  #hashesDropped = 0;
  #lag = new Distribution();
  #zero: MonoMs = monoMs(0);
  readonly #timers: Timer[] = [];
  /** The second that was told last. */
  #toldSecond = 0;
  #pending: Timer | null = null;
  #telling: Timer | null = null;
  #ended = false;

  /** Throws what {@link planViewers} throws. */
  constructor(settings: CrowdSettings, share: Share, context: SectionContext) {
    this.#settings = settings;
    this.#context = context;
    this.#tallies = this.#noTallies();
    this.#comings = planViewers(settings).slice(share.from, share.to).flatMap(comingsOf);
    this.#comings.sort((a, b) => a.atMs - b.atMs || Number(a.comes) - Number(b.comes));
    this.#visitContext = {
      settings,
      clock: context.clock,
      makeViewer: context.makeViewer,
      errors: this.#errors,
      faults: this.#faults,
      tallyOf: (viewer) => this.#tallies[this.#groupOf(viewer)] as Tally,
      stallsFirst: ({ id }) => !this.#stalled.has(id) && Boolean(this.#stalled.add(id)),
      hashed: (object, hash) => this.#hashed(object, hash),
    };
  }

  /** The first may come at `at`. */
  begin(at: UtcMs): void {
    const { clock } = this.#context;
    this.#zero = monoMs(clock.monotonic() + (at - clock.utc()));
    const untilZero = Math.max(0, elapsed(clock.monotonic(), this.#zero));
    this.#timers.push(clock.after(ms(untilZero), () => this.#startTelling()));
    this.#comeAndGo();
  }

  /** From here on, messages go at the end of each second of the run. */
  #startTelling(): void {
    const { clock } = this.#context;
    let looked = clock.monotonic();
    this.#timers.push(
      clock.every(ms(LAG_PERIOD_MS), () => {
        const now = clock.monotonic();
        this.#lag.add(Math.max(0, elapsed(looked, now) - LAG_PERIOD_MS));
        looked = now;
      }),
    );
    this.#tellNext();
  }

  /** Each second's end by the clock: a period of its own would drift, and one day pass over a second. */
  #tellNext(): void {
    const { clock } = this.#context;
    const since = elapsed(this.#zero, clock.monotonic());
    // Rounded: a timer may be a little early as well, and would then tell twice of one second, and not of the next.
    const next = (Math.round(since / TELL_PERIOD_MS) + 1) * TELL_PERIOD_MS;
    this.#telling = clock.after(ms(Math.ceil(next - since)), () => {
      this.#tell();
      this.#tellNext();
    });
  }

  /** Stops every viewer; idempotent. Resolves when all have told their last, which is told then. */
  async end(limitMs: number): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#pending?.cancel();
    const [playing, edges] = [this.#playing(), this.#edges()];
    for (const visit of this.#visits.values()) this.#leave(visit);
    const { clock } = this.#context;
    const start = clock.monotonic();
    while (this.#stillLeaving() > 0 && elapsed(start, clock.monotonic()) < limitMs)
      await clock.sleep(ms(10));
    for (const timer of this.#timers) timer.cancel();
    this.#telling?.cancel();
    // What viewers say when they leave belongs to the second that was told last.
    this.#context.tell({ ...this.#take(playing, edges), second: this.#toldSecond, last: true });
  }

  /** Everything that is due has happened; the timer for the next is set. */
  #comeAndGo(): void {
    if (this.#ended) return;
    const { clock } = this.#context;
    const now = elapsed(this.#zero, clock.monotonic());
    for (; ; this.#next += 1) {
      const coming = this.#comings[this.#next];
      if (!coming) return;
      if (coming.atMs > now) {
        this.#pending = clock.after(ms(Math.ceil(coming.atMs - now)), () => this.#comeAndGo());
        return;
      }
      const { viewer, comes, atMs } = coming;
      const before = this.#visits.get(viewer.id);
      if (before) this.#leave(before);
      if (!comes) continue;
      const visit = new Visit(viewer, monoMs(this.#zero + atMs), this.#visitContext);
      this.#visits.set(viewer.id, visit);
      visit.begin();
    }
  }

  #leave(visit: Visit): void {
    this.#visits.delete(visit.viewer.id);
    visit.end();
    if (!visit.over) this.#leaving.add(visit);
  }

  #stillLeaving(): number {
    for (const visit of this.#leaving) if (visit.over) this.#leaving.delete(visit);
    return this.#leaving.size;
  }

  #tell(): void {
    const now = this.#context.clock.monotonic();
    for (const visit of this.#visits.values()) visit.look(now);
    this.#stillLeaving();
    if (!this.#context.canTell()) return;
    const told = this.#take(this.#playing(), this.#edges());
    this.#toldSecond = told.second;
    this.#context.tell(told);
  }

  /** Viewers that play now, by group. */
  #playing(): number[] {
    const playing = this.#tallies.map(() => 0);
    for (const visit of this.#visits.values()) {
      const group = this.#groupOf(visit.viewer);
      if (visit.playing) playing[group] = (playing[group] as number) + 1;
    }
    return playing;
  }

  /** Where viewers that play are now, by network and edge. */
  #edges(): EdgeCount[] {
    const networks = this.#settings.networks.map(() => new Map<string, number>());
    for (const visit of this.#visits.values())
      if (visit.playing)
        addTo(networks[visit.viewer.network] as Map<string, number>, visit.where, 1);
    return networks.flatMap((counts, network) =>
      [...counts].map(([edge, playing]) => ({ network, edge, playing })),
    );
  }

  /** What happened since the last call. */
  #take(playing: readonly number[], edges: readonly EdgeCount[]): Told {
    const { clock, usage } = this.#context;
    const { protocols } = this.#settings;
    // Told at the end of a second, and a little late: it is about the second before.
    const since = elapsed(this.#zero, clock.monotonic());
    const told: Told = {
      second: Math.max(0, Math.round(since / TELL_PERIOD_MS) - 1),
      last: false,
      groups: this.#tallies.map((tally, group) => ({
        network: Math.floor(group / protocols.length),
        protocol: group % protocols.length,
        playing: playing[group] as number,
        tally: tally.toJSON(),
      })),
      edges,
      errors: this.#errors.take(),
      faults: this.#faults.take(),
      hashes: this.#hashes,
      hashesDropped: this.#hashesDropped,
      lag: this.#lag.toJSON(),
      usage: usage(),
    };
    this.#tallies = this.#noTallies();
    this.#hashes = [];
    this.#hashesDropped = 0;
    this.#lag = new Distribution();
    return told;
  }

  #hashed(object: string, hash: string): void {
    if (this.#hashes.length < AGREEMENT_TOLD_LIMIT) this.#hashes.push([object, hash]);
    else this.#hashesDropped += 1;
  }

  #groupOf({ network, protocol }: PlannedViewer): number {
    const { protocols } = this.#settings;
    return (
      network * protocols.length +
      protocols.findIndex((candidate) => candidate.protocol === protocol)
    );
  }

  #noTallies(): Tally[] {
    const { networks, protocols } = this.#settings;
    return Array.from({ length: networks.length * protocols.length }, () => new Tally());
  }
}

function comingsOf(viewer: PlannedViewer): Coming[] {
  return viewer.visits.flatMap(({ joinMs, leaveMs }) => [
    { atMs: joinMs, viewer, comes: true },
    ...(leaveMs === null ? [] : [{ atMs: leaveMs, viewer, comes: false }]),
  ]);
}
