// The collector without its sockets: stamps and events in, the summary of the last ten seconds out.
import type { Clock } from "#base/clock";
import { standardGrid } from "#media/grid";
import {
  type Cohorts,
  type Hop,
  type HopName,
  hopNames,
  PROTOCOL_VERSION,
  type Summary,
} from "#protocol";
import type { CmcdRecord } from "#telemetry/cmcd";
import { CohortBook } from "./cohorts.ts";
import { type DropReason, dropReasons, PartJoin } from "./join.ts";
import { SERIES_LIMIT } from "./limits.ts";
import { Viewers } from "./viewers.ts";
import type { Duration } from "./way.ts";
import { WindowedSketch } from "./window.ts";
import {
  type EventDropReason,
  eventDropReasons,
  senderOf,
  type ValueDropReason,
  valueDropReasons,
  wordOf,
} from "./words.ts";

const zeros = <Reason extends string>(
  reasons: Readonly<Record<Reason, string>>,
): Record<Reason, number> =>
  Object.fromEntries(Object.keys(reasons).map((reason) => [reason, 0])) as Record<Reason, number>;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Collects one channel. */
export class Collector {
  /** Since the start; each drop under its reason. */
  readonly counters = {
    hops: 0,
    hopsWithoutPicture: 0,
    events: 0,
    eventsUnreadable: 0,
    durationsDropped: 0,
    hopsDropped: zeros<DropReason>(dropReasons),
    eventsDropped: zeros<EventDropReason>(eventDropReasons),
    valuesDropped: zeros<ValueDropReason>(valueDropReasons),
    /** Words of viewers beyond those that the cohorts hold. */
    cohortsOverlooked: 0,
  };
  readonly #clock: Clock;
  readonly #channel: string;
  readonly #viewers = new Viewers();
  readonly #cohorts = new CohortBook();
  readonly #join: PartJoin;
  readonly #series = new Map<string, { hop: HopName; node: string; sketch: WindowedSketch }>();
  readonly #unexplained = new WindowedSketch();
  readonly #glassToGlass = new WindowedSketch();

  constructor(channel: string, clock: Clock) {
    this.#clock = clock;
    this.#channel = channel;
    this.#join = new PartJoin({
      channel,
      grid: standardGrid,
      watcher: (session) => this.#viewers.watcher(session, clock.monotonic()),
      tell: (duration) => this.#record(duration),
    });
  }

  /** Viewers, those of the cohorts, parts and stamps held now. */
  get size(): {
    viewers: number;
    cohortViewers: number;
    cohorts: number;
    parts: number;
    stamps: number;
  } {
    return { viewers: this.#viewers.count, ...this.#cohorts.size, ...this.#join.size };
  }

  takeHops(hops: readonly Hop[]): void {
    const now = this.#clock.utc();
    for (const hop of hops) {
      const outcome = this.#join.take(hop, now);
      if (outcome === "joined") this.counters.hops += 1;
      else if (outcome === "noPicture") this.counters.hopsWithoutPicture += 1;
      else this.counters.hopsDropped[outcome] += 1;
    }
  }

  takeEvents(events: readonly CmcdRecord[], unreadable = 0): void {
    this.counters.eventsUnreadable += unreadable;
    const now = this.#clock.monotonic();
    const { valuesDropped, eventsDropped } = this.counters;
    for (const event of events) {
      const sender = senderOf(event, this.#channel);
      if (typeof sender === "string") {
        eventsDropped[sender] += 1;
        continue;
      }
      const word = wordOf(event, (reason) => (valuesDropped[reason] += 1));
      if (!this.#cohorts.take(sender.session, word, now)) this.counters.cohortsOverlooked += 1;
      if (!this.#viewers.take(sender.session, { event, word }, now)) {
        eventsDropped.tooManyViewers += 1;
        continue;
      }
      this.counters.events += 1;
      if (typeof word.latencyMs === "number") this.#glassToGlass.add(now, word.latencyMs);
    }
  }

  /** Forgets what is too old. To be called each second. */
  expire(): void {
    this.#join.expire(this.#clock.utc());
    const now = this.#clock.monotonic();
    this.#viewers.expire(now);
    this.#cohorts.expire(now);
    for (const [key, { sketch }] of this.#series) if (!sketch.spread(now)) this.#series.delete(key);
  }

  /** The last ten seconds. */
  summary(): Summary {
    const now = this.#clock.monotonic();
    const hops: Summary["hops"] = [];
    for (const { hop, node, sketch } of this.#series.values()) {
      const spread = sketch.spread(now);
      if (spread) hops.push({ hop, node, ms: spread });
    }
    const order = (row: Summary["hops"][number]): number => hopNames.indexOf(row.hop);
    hops.sort((a, b) => order(a) - order(b) || a.node.localeCompare(b.node));
    return {
      v: PROTOCOL_VERSION,
      at: this.#clock.utc(),
      hops,
      unexplained: this.#unexplained.spread(now),
      glassToGlass: this.#glassToGlass.spread(now),
      viewers: this.#viewers.list(now),
      cohorts: this.#cohorts.list(now),
      dropped: {
        hops: sum(this.counters.hopsDropped) + this.counters.durationsDropped,
        events: sum(this.counters.eventsDropped) + this.counters.eventsUnreadable,
      },
    };
  }

  /** What the viewers of each place hold. */
  cohorts(): Cohorts {
    const cohorts = this.#cohorts.list(this.#clock.monotonic());
    return { v: PROTOCOL_VERSION, at: this.#clock.utc(), cohorts };
  }

  #record({ hop, node, ms }: Duration): void {
    const now = this.#clock.monotonic();
    if (hop === "unexplained") return this.#unexplained.add(now, ms);
    if (hop === "glass-to-glass") return this.#glassToGlass.add(now, ms);
    const key = `${hop} ${node}`;
    let series = this.#series.get(key);
    if (!series) {
      if (this.#series.size >= SERIES_LIMIT) {
        this.counters.durationsDropped += 1;
        return;
      }
      series = { hop, node, sketch: new WindowedSketch() };
      this.#series.set(key, series);
    }
    series.sketch.add(now, ms);
  }
}
