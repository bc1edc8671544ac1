// Who sends where: static routes that express peering, worked out anew whenever something is withdrawn. Pure.
import type { CdnDescription, Dual, NetworkDescription, SiteDescription } from "./description.ts";
import { cacheOf, CORE, homesOf, type LabPlan, STUDIO, TRANSIT, wireIds } from "./plan.ts";

/** One route of one station. */
export interface Route {
  /** A prefix, or `default`. */
  readonly to: string;
  /** The next hop's address. */
  readonly via: string;
  readonly family: 4 | 6;
}

/** What is withdrawn: an exchange's id, a port (`namex/12874`), or a PNI's id. */
export type Withdrawn = ReadonlySet<string>;

const ALL: Dual = { ipv4: "default", ipv6: "default" };

/** Every station's routes, by its name. */
export function routesOf(plan: LabPlan, withdrawn: Withdrawn): ReadonlyMap<string, Route[]> {
  return new Router(plan, withdrawn).all();
}

class Router {
  readonly #plan: LabPlan;
  readonly #withdrawn: Withdrawn;
  readonly #routes = new Map<string, Route[]>();

  constructor(plan: LabPlan, withdrawn: Withdrawn) {
    this.#plan = plan;
    this.#withdrawn = withdrawn;
  }

  all(): ReadonlyMap<string, Route[]> {
    const { broadcaster, cdn, networks } = this.#plan.description;
    this.#add(CORE, broadcaster.prefix, this.#over(wireIds.contribution(), STUDIO));
    this.#add(TRANSIT, broadcaster.prefix, this.#over(wireIds.transit(CORE), CORE));
    this.#add(STUDIO, ALL, this.#over(wireIds.contribution(), CORE));
    this.#add(TRANSIT, cdn.prefix, this.#over(wireIds.transit(CORE), CORE));
    this.#add(CORE, ALL, this.#over(wireIds.transit(CORE), TRANSIT));
    for (const site of cdn.sites) {
      const backbone = wireIds.backbone(site.id);
      this.#add(TRANSIT, site.prefix, this.#over(wireIds.transit(CORE), CORE));
      this.#add(CORE, site.prefix, this.#over(backbone, site.id));
      this.#add(site.id, ALL, this.#over(backbone, CORE));
    }
    for (const network of networks) this.#network(network, cdn);
    return this.#routes;
  }

  #network(network: NetworkDescription, cdn: CdnDescription): void {
    const { id, homes, cache, prefixes } = network;
    const transit = wireIds.transit(id);
    this.#add(id, ALL, this.#over(transit, TRANSIT));
    this.#add(id, homes, this.#over(wireIds.access(id), homesOf(id)));
    this.#add(homesOf(id), ALL, this.#over(wireIds.access(id), id));
    if (cache) {
      this.#add(id, cache, this.#over(wireIds.cache(id), cacheOf(id)));
      this.#add(cacheOf(id), ALL, this.#over(wireIds.cache(id), id));
    }
    for (const prefix of prefixes) {
      this.#add(TRANSIT, prefix, this.#over(transit, id));
      const peering = cdn.sites.flatMap((site) => {
        const [way] = this.#ways(network, site);
        return way ? [{ site, ...way }] : [];
      });
      // Where there is a private interconnect, every site sends over it; else each hands over where it stands.
      const rank = Math.min(...peering.map((way) => way.rank));
      for (const { site, cdnSends } of peering.filter((way) => way.rank === rank))
        this.#add(site.id, prefix, cdnSends);
      // The core hands over at a site that peers with the network: a private interconnect before an exchange.
      const [nearest] = peering.toSorted((a, b) => a.rank - b.rank);
      if (nearest)
        this.#add(CORE, prefix, this.#over(wireIds.backbone(nearest.site.id), nearest.site.id));
    }
    this.#towardsCdn(network, cdn);
  }

  /** The network sends over an interconnect, else to each site where it meets it, else where it meets the CDN at all. */
  #towardsCdn(network: NetworkDescription, cdn: CdnDescription): void {
    const anywhere = cdn.sites
      .flatMap((site) => this.#ways(network, site))
      .toSorted((a, b) => a.rank - b.rank);
    for (const { prefix, site } of [
      { prefix: cdn.prefix, site: null },
      ...cdn.sites.map((known) => ({ prefix: known.prefix, site: known })),
    ]) {
      const here = site ? this.#ways(network, site) : [];
      const [way] = [...here, ...anywhere].toSorted((a, b) => a.rank - b.rank);
      if (way) this.#add(network.id, prefix, way.networkSends);
    }
  }

  /** Where the network meets the CDN at a site, best first; both next hops. */
  #ways(
    network: NetworkDescription,
    site: SiteDescription,
  ): { rank: number; networkSends: Dual; cdnSends: Dual }[] {
    const { asn } = this.#plan.description.cdn;
    const ways = network.pnis
      .filter((pni) => pni.site === site.id && !this.#withdrawn.has(pni.id))
      .map(({ id }) => ({
        rank: 0,
        networkSends: this.#over(id, site.id),
        cdnSends: this.#over(id, network.id),
      }));
    const port = network.ports.find(({ exchange }) => exchange === site.port?.exchange);
    if (!port) return ways;
    const ports = [wireIds.port(port.exchange, asn), wireIds.port(port.exchange, network.asn)];
    if ([port.exchange, ...ports].some((id) => this.#withdrawn.has(id))) return ways;
    const [ofCdn = "", ofNetwork = ""] = ports;
    return [
      ...ways,
      {
        rank: 1,
        networkSends: this.#over(ofCdn, site.id),
        cdnSends: this.#over(ofNetwork, network.id),
      },
    ];
  }

  /** The address of `station` on a wire. */
  #over(wire: string, station: string): Dual {
    const end = this.#plan.wires
      .find(({ id }) => id === wire)
      ?.ends.find((candidate) => candidate.station === station);
    if (!end?.address) throw new Error(`bug: ${station} has no address on ${wire}`);
    const bare = (address: string): string => address.split("/")[0] as string;
    return { ipv4: bare(end.address.ipv4), ipv6: bare(end.address.ipv6) };
  }

  /** The first route to a prefix stands: better ones are added before. */
  #add(station: string, to: Dual, via: Dual): void {
    const routes = this.#routes.get(station) ?? [];
    this.#routes.set(station, routes);
    for (const [family, name] of [
      [4, "ipv4"],
      [6, "ipv6"],
    ] as const) {
      const known = routes.some((route) => route.family === family && route.to === to[name]);
      if (!known) routes.push({ family, to: to[name], via: via[name] });
    }
  }
}
