// For tests: many viewers of one city on virtual time, with their clocks, paths, stalls and a target that changes.
import { deviceProfiles } from "./deviceProfile.ts";
import { acceptTarget, type TargetPlan } from "./targetPlan.ts";
import {
  type PathPlan,
  randomOf,
  SimulatedMachine,
  SimulatedPlayer,
  SimulatedViewer,
} from "./viewerFixture.ts";

const START = 1_795_301_664_000;
const EXCHANGE_MS = 10_000;
const FIRST_EXCHANGES = 8;
const FIRST_PLAN: TargetPlan = {
  latencyMs: 1_500,
  version: 0,
  fromLatencyMs: 1_500,
  fromUtcMs: START,
};
/** A plan begins so long after it was told, ms; steering asks each 5 s, and some hear late. */
const PLAN_LEAD_MS = 15_000;
const PLAN_HEARD_WITHIN_MS = 12_000;
/** After a stall, a limited spell or the join, a viewer counts as able again after this, ms: 1.2 s at 5 % and some calm. */
const ABLE_AFTER_MS = 30_000;

export interface MomentPlan {
  seed: number;
  viewers: number;
  durationMs: number;
  tickMs: number;
  /** Targets one after the other, ms, each for the same time. */
  targetsMs: readonly number[];
  /** Between two stalls of a viewer, on average, ms; limited spells come half as often, changes of edge too. */
  stallEachMs: number;
}

export interface MomentFigures {
  /** Of the viewers able, each second: most less least of capture to screen, ms. */
  spreads: number[];
  /** Viewers able, on average, of those whose speed can be set: 0 to 1. */
  able: number;
  /** How often a clock was off by more than its own bound. */
  beyondBound: number;
  /** The largest error of each viewer's clock in truth, ms. */
  clockErrors: number[];
  /** Distance to the target at the end, after a calm minute, ms. */
  atEnd: { profile: string; awayMs: number; sentence: string }[];
  stalls: number;
  limited: number;
  moves: number;
  counters: { seeks: number; rateChanges: number; rungsDown: number };
}

interface Spell {
  until: number;
  any: number;
  lower: number;
}

const NORMAL = { any: 4, lower: 4 };

/** One viewer and the weather over it. */
class WatchedViewer {
  readonly viewer: SimulatedViewer;
  readonly profile: keyof typeof deviceProfiles;
  readonly #random: () => number;
  readonly #plan: MomentPlan;
  readonly #joinsAt: number;
  readonly figures: MomentFigures;
  #spell: Spell = { until: 0, ...NORMAL };
  #asked = 0;
  #nextAsk: number;
  #ableFrom: number;
  #heard: { at: number; plan: TargetPlan }[] = [];
  worstClockMs = 0;

  constructor(index: number, plan: MomentPlan, figures: MomentFigures) {
    const random = randomOf(plan.seed * 10_007 + index);
    this.#random = random;
    this.#plan = plan;
    this.figures = figures;
    this.profile = index % 10 === 0 ? "fixed" : index % 3 === 0 ? "television" : "desktop";
    this.#joinsAt = START + random() * 20_000;
    this.#nextAsk = this.#joinsAt - 400;
    this.#ableFrom = this.#joinsAt + ABLE_AFTER_MS;
    this.viewer = new SimulatedViewer({
      profile: deviceProfiles[this.profile],
      machine: new SimulatedMachine({
        random,
        path: pathOf(random),
        local: { startMs: -START + (random() - 0.5) * 10_000, ppm: (random() - 0.5) * 100 },
      }),
      player: new SimulatedPlayer(
        {
          fps: random() < 0.5 ? 25 : 50,
          actuationMs: 100 + random() * 200,
          noiseMs: 4,
          chainMs: 600 + random() * 250,
          partMs: 320,
        },
        { trueMs: this.#joinsAt, latencyMs: 1_000 + random() * 4_000, random },
      ),
      plan: FIRST_PLAN,
    });
  }

  hear(plan: TargetPlan, now: number): void {
    this.#heard.push({ at: now + this.#random() * PLAN_HEARD_WITHIN_MS, plan });
  }

  /** True where the viewer was able at `now`. */
  step(now: number, calm: boolean): boolean {
    if (now < this.#joinsAt) {
      this.#exchange(now);
      return false;
    }
    this.#exchange(now);
    if (!calm) this.#weather(now);
    else if (now >= this.#spell.until) this.#spell = { until: 0, ...NORMAL };
    const first = this.#heard[0];
    if (first && first.at <= now) {
      this.#heard.shift();
      const told = acceptTarget(this.viewer.plan, first.plan, now);
      if ("plan" in told) this.viewer.plan = told.plan;
    }
    this.viewer.step(now, { tickMs: this.#plan.tickMs, supply: this.#spell });
    return this.profile !== "fixed" && now >= this.#ableFrom;
  }

  /** Whether the clock is within its bound, in truth. */
  clockHolds(now: number): boolean {
    const { clock, machine } = this.viewer;
    const at = machine.reading(now);
    const off = Math.abs((clock.utcAt(at) ?? now) - now);
    this.worstClockMs = Math.max(this.worstClockMs, off);
    return off <= (clock.errorAt(at) ?? Number.POSITIVE_INFINITY);
  }

  #exchange(now: number): void {
    if (now < this.#nextAsk) return;
    this.#asked += 1;
    this.#nextAsk = now + (this.#asked < FIRST_EXCHANGES ? this.#plan.tickMs : EXCHANGE_MS);
    this.viewer.clock.take(this.viewer.machine.exchange(now));
  }

  #weather(now: number): void {
    const chance = this.#plan.tickMs / this.#plan.stallEachMs;
    const drawn = this.#random();
    if (now < this.#spell.until) {
      this.#ableFrom = now + ABLE_AFTER_MS;
      return;
    }
    this.#spell = { until: 0, ...NORMAL };
    if (drawn < chance) {
      this.figures.stalls += 1;
      this.#spell = { until: now + 300 + this.#random() * 2_700, any: 0, lower: 0 };
    } else if (drawn < 1.5 * chance) {
      this.figures.limited += 1;
      this.#spell = { until: now + 20_000 + this.#random() * 20_000, any: 0.7, lower: 1.3 };
    } else if (drawn < 2 * chance) {
      this.figures.moves += 1;
      this.viewer.machine.path = pathOf(this.#random);
      this.viewer.clock.anotherSource();
      this.#asked = 0;
    }
  }
}

const pathOf = (random: () => number): PathPlan => ({
  thereMs: 3 + random() * 15,
  backMs: 3 + random() * 47,
  jitterMs: random() * 30,
  outliers: 0.05,
  outlierMs: 300,
});

/** Plays it all; the last minute is calm. */
export function playMoment(
  plan: MomentPlan,
  eachMinute: (minute: number) => void = () => {},
): MomentFigures {
  const figures: MomentFigures = {
    spreads: [],
    able: 0,
    beyondBound: 0,
    clockErrors: [],
    atEnd: [],
    stalls: 0,
    limited: 0,
    moves: 0,
    counters: { seeks: 0, rateChanges: 0, rungsDown: 0 },
  };
  const viewers = Array.from(
    { length: plan.viewers },
    (_, index) => new WatchedViewer(index, plan, figures),
  );
  const eachTarget = plan.durationMs / plan.targetsMs.length;
  let target = FIRST_PLAN;
  let able = 0;
  let looks = 0;
  for (let passed = 0; passed < plan.durationMs; passed += plan.tickMs) {
    const now = START + passed;
    const latencyMs = plan.targetsMs[Math.floor(passed / eachTarget)] ?? target.latencyMs;
    if (latencyMs !== target.latencyMs) {
      const { latencyMs: fromLatencyMs, version } = target;
      target = { latencyMs, version: version + 1, fromLatencyMs, fromUtcMs: now + PLAN_LEAD_MS };
      for (const viewer of viewers) viewer.hear(target, now);
    }
    const calm = passed >= plan.durationMs - 60_000;
    const seen: number[] = [];
    for (const viewer of viewers)
      if (viewer.step(now, calm)) seen.push(viewer.viewer.latencyMs(now));
    if (passed % 1_000 !== 0) continue;
    if (passed % 60_000 === 0) eachMinute(passed / 60_000);
    for (const viewer of viewers) if (!viewer.clockHolds(now)) figures.beyondBound += 1;
    if (passed < ABLE_AFTER_MS + 20_000) continue;
    looks += 1;
    able += seen.length;
    if (seen.length > 1) figures.spreads.push(Math.max(...seen) - Math.min(...seen));
  }
  const setable = viewers.filter((viewer) => viewer.profile !== "fixed").length;
  figures.able = able / looks / setable;
  for (const { viewer, profile, worstClockMs } of viewers) {
    const end = START + plan.durationMs - plan.tickMs;
    const { counters, sentence } = viewer.controller.state;
    figures.clockErrors.push(worstClockMs);
    figures.atEnd.push({ profile, awayMs: viewer.latencyMs(end) - target.latencyMs, sentence });
    for (const name of ["seeks", "rateChanges", "rungsDown"] as const)
      figures.counters[name] += counters[name];
  }
  return figures;
}

/** The value below which `share` (0 to 1) of all lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
