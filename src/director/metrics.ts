// The director's numbers as OpenMetrics.
import type { MonoMs } from "#base";
import type { DirectorState } from "#protocol";
import { type Metrics, metricsOf } from "#telemetry";
import type { Contracts } from "./contract/openContracts.ts";
import type { Director } from "./director.ts";
import { moveReasonNames } from "./decide/reasons.ts";
import { standings } from "./load/health.ts";
import type { Prober } from "./load/prober.ts";
import type { Poller } from "./poller.ts";
import { surfaceNumbers, type Surfaces } from "./surfaces/numbers.ts";
import { isStale } from "./topology.ts";

/** The numbers of one director; each is read when it is asked for. `edgeUp` and `carrierStale` are 0 or 1; telemetry counts as a carrier. */
export function directorMetrics(
  {
    director,
    poller,
    prober,
    contracts,
    ...surfaces
  }: { director: Director; poller: Poller; prober: Prober; contracts: Contracts } & Surfaces,
  now: () => MonoMs,
): Metrics {
  const told = surfaceNumbers(surfaces);
  const { edges } = director.topology;
  const edgeIs = (read: (health: ReturnType<Director["health"]["of"]>) => number) => () =>
    edges.map((edge) => ({
      labels: { edge: edge.id },
      value: read(director.health.of(edge, now())),
    }));
  const cohorts = (read: (cohort: DirectorState["cohorts"][number]) => number) => () =>
    director.state().cohorts.map((cohort) => ({
      labels: { cohort: cohort.id },
      value: read(cohort),
    }));
  return metricsOf("director", {
    counters: () => ({
      ...director.counters,
      ...director.governor.counters,
      ...told.counters(),
      carrierPolls: poller.counters.polls,
      carrierFailures: poller.counters.failures,
      ...prober.counters,
      ...contracts.counters,
      viewersOverlooked: director.audience.overlooked,
      movesForgotten: director.decider.movesForgotten,
      resourcesOverlooked: director.board.overlooked,
    }),
    families: {
      ...told.families,
      edgeUp: {
        kind: "gauge",
        labels: ["edge"],
        read: edgeIs(({ standing }) => Number(standings[standing].up)),
      },
      moved: {
        kind: "counter",
        labels: ["reason"],
        read: () =>
          moveReasonNames.map((reason) => ({ labels: { reason }, value: director.moves[reason] })),
      },
      edgeLoad: { kind: "gauge", labels: ["edge"], read: edgeIs(({ load }) => load ?? 0) },
      carrierStale: {
        kind: "gauge",
        labels: ["url"],
        read: () =>
          [...poller.state()].map(({ url, toldAt }) => ({
            labels: { url },
            value: Number(toldAt === null || isStale({ at: toldAt }, now())),
          })),
      },
      cohortTargetMs: { kind: "gauge", labels: ["cohort"], read: cohorts(({ nowMs }) => nowMs) },
      cohortReleaseMs: {
        kind: "gauge",
        labels: ["cohort"],
        read: cohorts(({ releaseAfterMs }) => releaseAfterMs ?? 0),
      },
    },
  });
}
