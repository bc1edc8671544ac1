// `GET /map`: who is served from where, over which class of path, and what has room.
import type { MonoMs, UtcMs } from "#base";
import {
  type NetworkMap,
  type PathClass,
  pathClasses,
  pathClassTable,
  PROTOCOL_VERSION,
} from "#protocol";
import { MAP_NETWORKS_LIMIT, MAP_REPORTS_LIMIT } from "./limits.ts";
import type { Audience, Cell } from "./load/audience.ts";
import type { ResourceBoard } from "./load/board.ts";
import type { HealthBoard } from "./load/health.ts";
import type { Topology } from "./topology.ts";

export interface MapParts {
  readonly topology: Topology;
  readonly board: ResourceBoard;
  readonly audience: Audience;
  readonly health: HealthBoard;
  /** What a viewer is expected to draw where no edge tells. */
  readonly sessionMbps: number;
  readonly now: MonoMs;
  readonly utcMs: UtcMs;
}

interface Amount {
  viewers: number;
  mbps: number;
}
type ByClass = Map<PathClass, Amount>;

/** What is delivered to one network. */
export interface Delivered extends Amount {
  readonly asn: number | null;
  readonly name: string;
  readonly places: Set<string | null>;
  readonly classes: ByClass;
}

function add<Key>(amounts: Map<Key, Amount>, key: Key, { viewers, mbps }: Amount): void {
  const sum = amounts.get(key) ?? { viewers: 0, mbps: 0 };
  amounts.set(key, { viewers: sum.viewers + viewers, mbps: sum.mbps + mbps });
}

/**
 * What each network gets. What an edge measured is split among this director's viewers there; of several directors each
 * takes its share. Where an edge measures nothing, viewers count for what one is expected to draw.
 */
export function deliveredTo(
  parts: Pick<MapParts, "board" | "audience" | "health" | "sessionMbps">,
): { networks: Map<number | null, Delivered>; edges: Map<string, Amount> } {
  const { board, audience, health, sessionMbps } = parts;
  const cells = [...audience.cells()];
  const edges = new Map<string, Amount>();
  for (const { path, viewers } of cells) add(edges, path.edge.id, { viewers, mbps: 0 });
  for (const [id, amount] of edges) {
    const measured = health.last(id)?.mbps;
    amount.mbps =
      measured === undefined ? amount.viewers * sessionMbps : measured / board.directors;
  }
  const networks = new Map<number | null, Delivered>();
  for (const cell of cells) {
    const edge = edges.get(cell.path.edge.id) as Amount;
    const amount = { viewers: cell.viewers, mbps: (edge.mbps * cell.viewers) / edge.viewers };
    const network = networkOf(cell, networks);
    network.viewers += amount.viewers;
    network.mbps += amount.mbps;
    network.places.add(cell.home.place);
    add(network.classes, cell.class, amount);
  }
  return { networks, edges };
}

function networkOf({ home }: Cell, networks: Map<number | null, Delivered>): Delivered {
  const known = networks.get(home.asn);
  if (known) return known;
  const { asn, name } = home;
  const made = {
    asn,
    name,
    places: new Set<string | null>(),
    classes: new Map(),
    viewers: 0,
    mbps: 0,
  };
  networks.set(asn, made);
  return made;
}

const listed = (classes: ByClass): NetworkMap["classes"] =>
  pathClasses.flatMap((name) => {
    const amount = classes.get(name);
    return amount ? [{ class: name, ...amount }] : [];
  });

export function mapOf(parts: MapParts): NetworkMap {
  const { topology, board, utcMs } = parts;
  const { networks, edges } = deliveredTo(parts);
  const classes: ByClass = new Map();
  const total = { viewers: 0, mbps: 0 };
  const local = { viewers: 0, mbps: 0 };
  for (const network of networks.values()) {
    for (const [name, amount] of network.classes) {
      add(classes, name, amount);
      for (const sum of pathClassTable[name].local ? [total, local] : [total]) {
        sum.viewers += amount.viewers;
        sum.mbps += amount.mbps;
      }
    }
  }
  const busiest = [...networks.values()].sort((a, b) => b.viewers - a.viewers);
  return {
    v: PROTOCOL_VERSION,
    at: utcMs / 1_000,
    title: topology.model.title,
    directors: board.directors,
    total,
    local: {
      viewers: total.viewers > 0 ? local.viewers / total.viewers : null,
      mbps: total.mbps > 0 ? local.mbps / total.mbps : null,
    },
    classes: listed(classes),
    networks: busiest.slice(0, MAP_NETWORKS_LIMIT).map((one) => networkRow(one, topology)),
    moreNetworks: Math.max(0, busiest.length - MAP_NETWORKS_LIMIT),
    edges: edgeRows(parts, edges),
    exchanges: exchangeRows(topology),
    pnis: [...topology.pnis].map(({ id, between, place, up, mbps, usedMbps }) => ({
      ...{ id, up, mbps, usedMbps },
      between: [...between] as [number, number],
      place: place ?? "",
    })),
    reports: topology.reports.slice(-MAP_REPORTS_LIMIT),
  };
}

function networkRow(
  { asn, name, places, classes, viewers, mbps }: Delivered,
  topology: Topology,
): NetworkMap["networks"][number] {
  const told = asn === null ? null : (topology.toldBy(asn)?.message ?? null);
  const [place = null] = places.size === 1 ? places : [];
  const pnis = [...topology.pnis].filter(({ between }) => asn !== null && between.includes(asn));
  return {
    ...{ asn, name, place, viewers, mbps },
    classes: listed(classes),
    measuredMbps: told?.access.downMbps ?? null,
    limitMbps: told?.limitMbps ?? null,
    exchanges: asn === null ? [] : [...topology.exchangesOf(asn)],
    pnis: pnis.map(({ id }) => id),
  };
}

function edgeRows(
  { topology, board, health, now }: MapParts,
  carried: ReadonlyMap<string, Amount>,
): NetworkMap["edges"] {
  return topology.edges.map((edge) => {
    const { id, at = null, in: inside = null, foreign = false } = edge;
    const { standing, why } = health.of(edge, now);
    const resource = board.resource(`edge/${id}`);
    const own = carried.get(id);
    const known = resource.measured || (own?.viewers ?? 0) > 0;
    return {
      ...{ id, at, in: inside, foreign, standing, why },
      place: topology.placeOfEdge(edge),
      viewers: own?.viewers ?? 0,
      mbps: health.last(id)?.mbps ?? own?.mbps ?? 0,
      capacityMbps: resource.capacityMbps,
      load: known ? board.fill(resource) : null,
      probeMs: health.edge(edge).probes.lastMs,
    };
  });
}

const exchangeRows = (topology: Topology): NetworkMap["exchanges"] =>
  [...topology.exchanges].map(({ id, name, place, members, toldAt }) => ({
    ...{ id, name },
    place: place ?? "",
    told: toldAt !== null,
    ports: [...members.values()].map(({ asn, up, mbps, inMbps, outMbps, name: said }) => ({
      ...{ asn, up, mbps, inMbps, outMbps },
      name: said ?? topology.nameOf(asn),
    })),
  }));
