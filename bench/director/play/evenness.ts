// How even the load of edges is that stand alike: to every viewer one of them is as good as the other.
import type { EdgeDeclaration } from "../../../src/director/paths/edge.ts";
import type { Topology } from "../../../src/director/topology.ts";
import type { Fleet } from "./fleet.ts";

/** From this share of its capacity on an edge has no room for others' viewers. */
const FULL = 0.95;
/** Edges that are due fewer viewers are not judged: there one viewer more or less is a large share. */
const JUDGED_FROM_VIEWERS = 50;

export interface Evenness {
  /** Load over fair share, of the worst edge while another of its class has room; 0 when none is judged. */
  readonly worst: number;
  readonly edge: string | null;
  /** Edges judged. */
  readonly judged: number;
  /** Edges that carry more than they can. */
  readonly overloaded: number;
}

/** Edges that no plan tells apart: they are in one tier for whoever has them. */
export function classesOf(topology: Topology): readonly (readonly EdgeDeclaration[])[] {
  const classes = Map.groupBy(topology.edges, (edge) =>
    JSON.stringify([edge.asn, edge.at, edge.in, topology.placeOfEdge(edge), edge.cost ?? 0]),
  );
  return [...classes.values()];
}

export function evennessOf(
  classes: readonly (readonly EdgeDeclaration[])[],
  { fleet, sessionMbps }: { fleet: Fleet; sessionMbps: number },
): Evenness {
  const found = { worst: 0, edge: null as string | null, judged: 0, overloaded: 0 };
  const loadOf = ({ id }: EdgeDeclaration): number => fleet.mbps(`edge/${id}`);
  for (const edges of classes) {
    const load = edges.reduce((sum, edge) => sum + loadOf(edge), 0);
    const capacity = edges.reduce((sum, { capacityMbps }) => sum + capacityMbps, 0);
    for (const edge of edges) {
      const { id, capacityMbps } = edge;
      const own = loadOf(edge);
      if (own > capacityMbps) found.overloaded += 1;
      const fair = (load * capacityMbps) / capacity;
      const room = edges.some(
        (other) => other !== edge && loadOf(other) < FULL * other.capacityMbps,
      );
      if (!room || fair < JUDGED_FROM_VIEWERS * sessionMbps) continue;
      found.judged += 1;
      if (own / fair <= found.worst) continue;
      found.worst = own / fair;
      found.edge = id;
    }
  }
  return found;
}
