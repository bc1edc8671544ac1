// What happened to a group of viewers, as counters and distributions that add up over groups, seconds and processes.
import { Distribution, type PlainDistribution } from "./distribution.ts";

/** What is counted; one row feeds processes, timeline and report. */
const counterNames = [
  /** Visits begun. */
  "came",
  "joins",
  /** Visits that did not play within {@link LATE_JOIN_MS}. */
  "lateJoins",
  "stalls",
  "stallMs",
  /** Viewers at their first stall. */
  "stalledViewers",
  "errors",
  "faults",
  "switches",
  "moves",
  "movesSteered",
  /** Questions to the director's steering, by what became of them. */
  "steeringAnswered",
  "steeringShed",
  "steeringGone",
  "steeringSilent",
  "steeringRefused",
  "steeringUnusable",
  "skips",
  "skippedMs",
  "bytes",
  "objects",
] as const;
export type CounterName = (typeof counterNames)[number];

const distributionNames = [
  "joinMs",
  "latencyMs",
  "stallLengthMs",
  "moveMs",
  "sessionMs",
  "steeringMs",
] as const;
type DistributionName = (typeof distributionNames)[number];

/** A tally as plain numbers: what is zero or empty is left out. */
export interface PlainTally {
  readonly counters: Partial<Record<CounterName, number>>;
  readonly distributions: Partial<Record<DistributionName, PlainDistribution>>;
}

export class Tally {
  readonly counters: Record<CounterName, number> = noCounters();
  readonly distributions: Readonly<Record<DistributionName, Distribution>> = noDistributions();

  merge(other: Tally): void {
    for (const name of counterNames) this.counters[name] += other.counters[name];
    for (const name of distributionNames)
      if (other.distributions[name].count > 0)
        this.distributions[name].merge(other.distributions[name]);
  }

  toJSON(): PlainTally {
    const counters: Partial<Record<CounterName, number>> = {};
    for (const name of counterNames)
      if (this.counters[name] !== 0) counters[name] = this.counters[name];
    const distributions: Partial<Record<DistributionName, PlainDistribution>> = {};
    for (const name of distributionNames) {
      const plain = this.distributions[name].toJSON();
      if (plain) distributions[name] = plain;
    }
    return { counters, distributions };
  }

  /** The tally that {@link toJSON} wrote. */
  static from(plain: PlainTally): Tally {
    const tally = new Tally();
    for (const name of counterNames) tally.counters[name] = plain.counters[name] ?? 0;
    for (const name of distributionNames)
      tally.distributions[name].merge(Distribution.from(plain.distributions[name] ?? null));
    return tally;
  }
}

const noCounters = (): Record<CounterName, number> =>
  Object.fromEntries(counterNames.map((name) => [name, 0])) as Record<CounterName, number>;

const noDistributions = (): Record<DistributionName, Distribution> =>
  Object.fromEntries(distributionNames.map((name) => [name, new Distribution()])) as Record<
    DistributionName,
    Distribution
  >;
