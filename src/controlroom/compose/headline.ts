// The numbers of the top line.
import { SPREAD_VIEWERS_LIMIT } from "../limits.ts";
import type { Headline } from "../picture.ts";
import { captureIs } from "./status.ts";
import { nearness, networkOf, type View, type Viewer } from "./view.ts";

export function headlineOf(view: View): Headline {
  const { summary, viewers, edges, inputs } = view;
  const heard = edges.filter((edge) => edge.up);
  return {
    // While telemetry is silent, the edges still know how many they serve.
    viewers: summary ? viewers.length : total(heard.map((edge) => edge.heartbeat?.viewers ?? 0)),
    mbps: total(heard.map((edge) => edge.heartbeat?.mbps ?? 0)),
    glassToGlass: summary?.glassToGlass ?? null,
    from: captureIs(inputs.broadcaster.body),
    spreadP95Ms: spreadOf(view),
    localPercent: localPercent(view),
    stalls: total(viewers.map((viewer) => viewer.stalls)),
    targetMs: inputs.director.body?.target.latencyMs ?? null,
  };
}

const total = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0);

/** The 95th percentile of how far apart two viewers of one place are, over all such pairs, ms. */
function spreadOf(view: View): number | null {
  const places = new Map<string, number[]>();
  for (const viewer of evenly(view.viewers)) {
    // A latency that begins at the origin cannot be compared with one that begins at the camera.
    if (viewer.latencyFrom === "origin") continue;
    const place = networkOf(view, viewer)?.place ?? "";
    const there = places.get(place);
    if (there) there.push(viewer.latencyMs);
    else places.set(place, [viewer.latencyMs]);
  }
  const apart = [...places.values()].flatMap(pairDistances).sort((a, b) => a - b);
  return apart[Math.ceil(0.95 * apart.length) - 1] ?? null;
}

function evenly(viewers: readonly Viewer[]): readonly Viewer[] {
  const step = viewers.length / SPREAD_VIEWERS_LIMIT;
  if (step <= 1) return viewers;
  return Array.from(
    { length: SPREAD_VIEWERS_LIMIT },
    (_, n) => viewers[Math.floor(n * step)] as Viewer,
  );
}

function pairDistances(latencies: readonly number[]): number[] {
  const distances: number[] = [];
  for (const [at, one] of latencies.entries())
    for (const other of latencies.slice(at + 1)) distances.push(Math.abs(one - other));
  return distances;
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
