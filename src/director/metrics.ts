// The director's numbers as OpenMetrics.
import type { MonoMs } from "#base";
import { type Metrics, metricsOf } from "#telemetry";
import type { Director } from "./director.ts";
import { standings } from "./health.ts";
import type { Poller } from "./poller.ts";
import { isStale } from "./topology.ts";

/** The numbers of one director; each is read when it is asked for. `edgeUp` and `carrierStale` are 0 or 1. */
export function directorMetrics(director: Director, poller: Poller, now: () => MonoMs): Metrics {
  const { edges } = director.topology;
  const edgeIs = (read: (health: ReturnType<Director["health"]["of"]>) => number) => () =>
    edges.map((edge) => ({
      labels: { edge: edge.id },
      value: read(director.health.of(edge, now())),
    }));
  return metricsOf("director", {
    counters: () => ({
      ...director.counters,
      carrierPolls: poller.counters.polls,
      carrierFailures: poller.counters.failures,
    }),
    families: {
      edgeUp: {
        kind: "gauge",
        labels: ["edge"],
        read: edgeIs(({ standing }) => Number(standings[standing].up)),
      },
      edgeLoad: { kind: "gauge", labels: ["edge"], read: edgeIs(({ load }) => load ?? 0) },
      carrierStale: {
        kind: "gauge",
        labels: ["url"],
        read: () =>
          [...poller.state()].map(({ url }) => {
            const told = director.topology.told(url);
            return { labels: { url }, value: Number(!told || isStale(told, now())) };
          }),
      },
    },
  });
}
