// The director's numbers as OpenMetrics.
import type { MonoMs } from "#base";
import { Counter, Gauge, Registry } from "prom-client";
import type { Director } from "./director.ts";
import { standings } from "./health.ts";
import type { Poller } from "./poller.ts";
import { isStale } from "./topology.ts";

const spoken = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A registry of one director's own; every number is read when it is asked for. */
export function directorMetrics(director: Director, poller: Poller, now: () => MonoMs): Registry {
  const registry = new Registry();
  const count = (name: string, help: string, read: () => number): void => {
    const counter = new Counter({
      name: `regista_director_${spoken(name)}_total`,
      help,
      registers: [],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
    registry.registerMetric(counter);
  };
  for (const name of Object.keys(director.counters) as (keyof Director["counters"])[]) {
    count(
      name,
      `${spoken(name).replaceAll("_", " ")} since the start`,
      () => director.counters[name],
    );
  }
  count("carrierPolls", "requests to exchanges and networks", () => poller.counters.polls);
  count(
    "carrierFailures",
    "requests to exchanges and networks that failed",
    () => poller.counters.failures,
  );
  const gauge = (
    name: string,
    help: string,
    label: string,
    read: () => Iterable<[string, number]>,
  ): void => {
    const metric = new Gauge({
      name: `regista_director_${name}`,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        this.reset();
        for (const [key, value] of read()) this.set({ [label]: key }, value);
      },
    });
    registry.registerMetric(metric);
  };
  const edges = director.topology.edges;
  gauge("edge_up", "1 when viewers may be sent there", "edge", () =>
    edges.map((edge) => [edge.id, Number(standings[director.health.of(edge, now()).standing].up)]),
  );
  gauge("edge_load", "sent over capacity, last second", "edge", () =>
    edges.map((edge) => [edge.id, director.health.of(edge, now()).load ?? 0]),
  );
  gauge("carrier_stale", "1 when its last word is old, or none came", "url", () =>
    [...poller.state()].map(({ url }) => {
      const told = director.topology.told(url);
      return [url, Number(!told || isStale(told, now()))];
    }),
  );
  return registry;
}
