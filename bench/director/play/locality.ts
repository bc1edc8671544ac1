// How much of what viewers get is local, and what is too full to give it.
import { type PathClass, pathClassTable } from "#protocol";
import type { Path } from "../../../src/director/paths/path.ts";
import type { Fleet } from "./fleet.ts";

export interface Locality {
  /** Per cent of viewers whose path is local. */
  readonly viewers: number;
  /** What arrives, Gb/s, and the per cent of it that is local: nothing carries more than it can. */
  readonly arrivingGbps: number;
  readonly arrivingLocal: number;
  /** Edges, and ports, PNIs and limits, that are asked for more than they can carry. */
  readonly overloadedEdges: number;
  readonly overloadedLinks: number;
}

const isLocal = (name: PathClass): boolean => pathClassTable[name].local;

/** `capacityOf`: of a resource by its id, Mb/s; Infinity when nobody says. */
export function localityOf(
  paths: readonly Path[],
  parts: { fleet: Fleet; capacityOf: (id: string) => number; sessionMbps: number },
): Locality {
  const { fleet, capacityOf, sessionMbps } = parts;
  const passing = new Map<string, number>();
  const overloaded = { edges: 0, links: 0 };
  for (const id of fleet.ids()) {
    const share = Math.min(1, capacityOf(id) / fleet.mbps(id));
    passing.set(id, share);
    if (share < 1) overloaded[id.startsWith("edge/") ? "edges" : "links"] += 1;
  }
  let local = 0;
  let arriving = 0;
  let arrivingLocal = 0;
  for (const path of paths) {
    // What passes the narrowest place on the way, shared there alike.
    const mbps = sessionMbps * Math.min(...path.over.map((id) => passing.get(id) ?? 1));
    arriving += mbps;
    if (!isLocal(path.class)) continue;
    local += 1;
    arrivingLocal += mbps;
  }
  return {
    viewers: (100 * local) / paths.length,
    arrivingGbps: arriving / 1_000,
    arrivingLocal: (100 * arrivingLocal) / arriving,
    overloadedEdges: overloaded.edges,
    overloadedLinks: overloaded.links,
  };
}
