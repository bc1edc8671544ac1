// The numbers of the top line.
import type { CohortRow, Headline, PlaceSpread } from "../picture.ts";
import { spreadsOf } from "./cohorts.ts";
import { captureIs } from "./status.ts";
import { nearness, networkOf, type View } from "./view.ts";

export function headlineOf(view: View, cohorts: readonly CohortRow[]): Headline {
  const { summary, viewers, edges, inputs } = view;
  const heard = edges.filter((edge) => edge.up);
  return {
    // The table of viewers has an end, that of the places has not. While telemetry is silent, edges know how many they serve.
    viewers: summary
      ? Math.max(viewers.length, total(cohorts.map((place) => place.viewers)))
      : total(heard.map((edge) => edge.heartbeat?.viewers ?? 0)),
    mbps: total(heard.map((edge) => edge.heartbeat?.mbps ?? 0)),
    glassToGlass: summary?.glassToGlass ?? null,
    from: captureIs(inputs.broadcaster.body),
    spread: extremesOf(spreadsOf(view, cohorts)),
    localPercent: localPercent(view),
    stalls: total(viewers.map((viewer) => viewer.stalls)),
    targetMs: inputs.director.body?.target.latencyMs ?? null,
  };
}

const total = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0);

function extremesOf(spreads: readonly PlaceSpread[]): Headline["spread"] {
  const by = (of: (spread: PlaceSpread) => number): PlaceSpread | null =>
    spreads.reduce<PlaceSpread | null>(
      (most, each) => (!most || of(each) > of(most) ? each : most),
      null,
    );
  const worst = by(({ ms }) => ms);
  const largest = by(({ viewers }) => viewers);
  return worst && largest && { worst, largest };
}

/** Viewers whose edge is in their network, or across an exchange that it is at. Those of unknown network do not count. */
function localPercent(view: View): number | null {
  let known = 0;
  let local = 0;
  for (const edge of view.edges) {
    for (const viewer of edge.viewers) {
      const network = networkOf(view, viewer);
      if (!network) continue;
      known += 1;
      if (nearness(view, network, edge) !== "transit") local += 1;
    }
  }
  return known === 0 ? null : (100 * local) / known;
}
