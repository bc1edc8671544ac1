// The path class of an edge for a home, what its bytes pass, and why: on-net, PNI, exchange, remote exchange, transit.
import type { PathClass } from "#protocol";
import { networkOf, standsIn } from "./edge.ts";
import type { Interconnect, Pni } from "./interconnect.ts";
import type { Home } from "./path.ts";
import type { Atlas } from "./places.ts";
import type { Attachment, Route, RouteSource } from "./routeSource.ts";
import type { Terms } from "./terms.ts";

/** All that a class is judged by. */
export interface Grounds {
  readonly routes: RouteSource;
  readonly interconnect: Interconnect;
  readonly terms: Terms;
  readonly atlas: Atlas;
  /** A network as sentences name it: "AS12874 Fastweb". */
  readonly nameOf: (asn: number) => string;
}

/** Where edges hang that are reached alike. */
export interface Spot extends Attachment {
  readonly place: string | null;
}

/** The same for every edge of a spot; `says` is given the edge's id. */
export interface Verdict {
  readonly class: PathClass;
  /** What its bytes pass beside the edge and the limits, by id. */
  readonly over: readonly string[];
  /** The cache of another network, which serves its own viewers first. */
  readonly othersCache: boolean;
  /** Why it may not be used; null: it may. */
  readonly barred: string | null;
  readonly says: (edge: string) => string;
}

/** Judges one spot for one home. */
export function classify(spot: Spot, home: Home, grounds: Grounds): Verdict {
  const way = wayTo(spot, home, grounds);
  const othersCache = spot.in !== undefined && spot.in !== home.asn;
  const tail = othersCache
    ? `; a cache in ${grounds.nameOf(spot.in)} serves that network's own viewers first`
    : "";
  return {
    ...way,
    othersCache,
    barred: barOf(spot, home, grounds),
    says: (edge) => way.says(edge) + tail,
  };
}

/** RFC 8008 5: a network's caches are offered to its footprints and to nobody else. */
function barOf(spot: Spot, home: Home, { terms, nameOf }: Grounds): string | null {
  if (spot.in === undefined || terms.offers(spot.in, home)) return null;
  return `the contract of ${nameOf(spot.in)} offers its caches to its footprints alone, and this viewer is in none of them`;
}

type Way = Pick<Verdict, "class" | "over" | "says">;

function wayTo(spot: Spot, home: Home, grounds: Grounds): Way {
  const { asn } = home;
  if (asn === null) return transit(spot, null, grounds);
  if (standsIn(spot) === asn) {
    const name = grounds.nameOf(asn);
    return { class: "on-net", over: [], says: (edge) => `${edge} stands in ${name}` };
  }
  const routes = grounds.routes.routesTo(asn, spot);
  // Routers prefer the nearer kind of session, whatever it costs: the order is that of the classes, not of the policy.
  return (
    privately(spot, { asn, routes }, grounds) ??
    here(spot, { asn, routes }, grounds) ??
    elsewhere(spot, { asn, routes }, grounds) ??
    transit(spot, asn, grounds)
  );
}

interface Reach {
  readonly asn: number;
  readonly routes: readonly Route[];
}

const pairName = (spot: Spot, asn: number, { nameOf }: Grounds): string => {
  const from = networkOf(spot);
  return from === null ? `${nameOf(asn)} and its peers` : `${nameOf(from)} and ${nameOf(asn)}`;
};

/** Over the PNI that is nearest to the edge; of several there, the widest. */
function privately(spot: Spot, { asn, routes }: Reach, grounds: Grounds): Way | null {
  const { interconnect, atlas } = grounds;
  const pnis = routes.filter(({ by }) => by === "pni").map(({ at }) => interconnect.pnis.get(at));
  const far = ({ place }: Pni): number => atlas.between(place, spot.place) ?? Infinity;
  const [pni] = pnis
    .filter((one) => one !== undefined)
    .sort((a, b) => nearer(far(a), far(b)) || b.mbps - a.mbps || (a.id < b.id ? -1 : 1));
  if (!pni) return null;
  const where = pni.place === null ? "" : ` in ${atlas.nameOf(pni.place)}`;
  const pair = pairName(spot, asn, grounds);
  return {
    class: "pni",
    over: [`pni/${pni.id}`],
    says: () => `PNI ${pni.id}${where} joins ${pair}`,
  };
}

const nearer = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/** At the exchange where the edge stands. */
function here(spot: Spot, { asn, routes }: Reach, grounds: Grounds): Way | null {
  const found = routes.filter(({ by, at }) => by !== "pni" && at === spot.at);
  const route = found.find(({ by }) => by === "bilateral") ?? found[0];
  if (!route) return null;
  const name = exchangeName(route.at, grounds);
  const over = portsOn(route.at, spot, asn);
  const pair = pairName(spot, asn, grounds);
  return route.by === "bilateral"
    ? {
        class: "exchange",
        over,
        says: (edge) => `${pair} peer with each other at ${name}, where ${edge} stands`,
      }
    : {
        class: "exchange-rs",
        over,
        says: (edge) => `${pair} meet through the route server of ${name}, where ${edge} stands`,
      };
}

/** At another exchange: with a session of their own before the route server, then at the one nearest to the edge. */
function elsewhere(spot: Spot, { asn, routes }: Reach, grounds: Grounds): Way | null {
  const { interconnect, atlas } = grounds;
  const far = ({ at }: Route): number =>
    atlas.between(interconnect.exchanges.get(at)?.place ?? null, spot.place) ?? Infinity;
  const [route] = routes
    .filter(({ by, at }) => by !== "pni" && at !== spot.at)
    .sort(
      (a, b) =>
        Number(b.by === "bilateral") - Number(a.by === "bilateral") ||
        nearer(far(a), far(b)) ||
        (a.at < b.at ? -1 : 1),
    );
  if (!route) return null;
  const pair = pairName(spot, asn, grounds);
  const name = exchangeName(route.at, grounds);
  const stands =
    spot.at === undefined ? "stands at no exchange" : `stands at ${exchangeName(spot.at, grounds)}`;
  const lost = lostLines(spot, asn, grounds);
  return {
    class: "exchange-remote",
    over: portsOn(route.at, spot, asn),
    says: (edge) => `${pair} meet at ${name}, and ${edge} ${stands}${lost}`,
  };
}

function transit(spot: Spot, asn: number | null, grounds: Grounds): Way {
  const from = networkOf(spot);
  const edges = from === null ? "the edge's network" : grounds.nameOf(from);
  const viewers = asn === null ? "the viewer's network" : grounds.nameOf(asn);
  const lost = asn === null ? "" : lostLines(spot, asn, grounds);
  return {
    class: "transit",
    over: [],
    says: () => `${edges} and ${viewers} meet nowhere that is known${lost}`,
  };
}

const exchangeName = (id: string, { interconnect }: Grounds): string =>
  interconnect.exchanges.get(id)?.name ?? id;

/** What enters the fabric from the edge's network, and what leaves it towards the viewer's. */
function portsOn(exchange: string, spot: Spot, asn: number): string[] {
  const from = networkOf(spot);
  const out = `port/${exchange}/${asn}/out`;
  return from === null ? [out] : [`port/${exchange}/${from}/in`, out];
}

/** Lines that would have made the path shorter, and have gone. */
function lostLines(spot: Spot, asn: number, grounds: Grounds): string {
  const { interconnect, nameOf } = grounds;
  const from = networkOf(spot);
  const members = spot.at === undefined ? undefined : interconnect.exchanges.get(spot.at)?.members;
  const ports = [from, asn]
    .filter((one) => one !== null && members?.get(one)?.up === false)
    .map(
      (one) =>
        `; ${nameOf(one as number)}'s port at ${exchangeName(spot.at as string, grounds)} is down`,
    );
  const pnis = (from === null ? [] : interconnect.pnisBetween(from, asn))
    .filter(({ up }) => !up)
    .map(({ id }) => `; PNI ${id} is down`);
  return [...pnis, ...ports].join("");
}
