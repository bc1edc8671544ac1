// The collector without its sockets: stamps and events in, the summary of the last ten seconds out.
import type { Clock } from "#base/clock";
import { standardGrid } from "#media/grid";
import { type Hop, type HopName, hopNames, PROTOCOL_VERSION, type Summary } from "#protocol";
import type { CmcdRecord } from "#telemetry/cmcd";
import { type DropReason, dropReasons, PartJoin } from "./join.ts";
import { SERIES_LIMIT } from "./limits.ts";
import { type EventDropReason, eventDropReasons, Viewers } from "./viewers.ts";
import type { Duration } from "./way.ts";
import { WindowedSketch } from "./window.ts";

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
  };
  readonly #clock: Clock;
  readonly #viewers: Viewers;
  readonly #join: PartJoin;
  readonly #series = new Map<string, { hop: HopName; node: string; sketch: WindowedSketch }>();
  readonly #unexplained = new WindowedSketch();
  readonly #glassToGlass = new WindowedSketch();

  constructor(channel: string, clock: Clock) {
    this.#clock = clock;
    this.#viewers = new Viewers(channel);
    this.#join = new PartJoin({
      channel,
      grid: standardGrid,
      watcher: (session) => this.#viewers.watcher(session, clock.monotonic()),
      tell: (duration) => this.#record(duration),
    });
  }

  /** Viewers, parts and stamps held now. */
  get size(): { viewers: number; parts: number; stamps: number } {
    return { viewers: this.#viewers.count, ...this.#join.size };
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
    for (const event of events) {
      const taken = this.#viewers.take(event, now);
      if (typeof taken === "string") {
        this.counters.eventsDropped[taken] += 1;
        continue;
      }
      this.counters.events += 1;
      if (taken.glassToGlassMs !== null) this.#glassToGlass.add(now, taken.glassToGlassMs);
    }
  }

  /** Forgets what is too old. To be called each second. */
  expire(): void {
    this.#join.expire(this.#clock.utc());
    const now = this.#clock.monotonic();
    this.#viewers.expire(now);
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
      dropped: {
        hops: sum(this.counters.hopsDropped) + this.counters.durationsDropped,
        events: sum(this.counters.eventsDropped) + this.counters.eventsUnreadable,
      },
    };
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
