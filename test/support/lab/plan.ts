// From a description to namespaces, wires and addresses. Pure.
import type { Dual, LabDescription, Line, NetworkDescription } from "./description.ts";
import { STATIONS_LIMIT } from "./limits.ts";

export type StationKind =
  | "studio"
  | "exchange"
  | "transit"
  | "core"
  | "site"
  | "router"
  | "homes"
  | "cache";

/** A namespace. */
export interface PlannedStation {
  readonly name: string;
  readonly kind: StationKind;
  readonly asn: number;
  /** Its own address in each family, what it speaks from; null: an exchange has none. */
  readonly address: Dual | null;
  /** Prefixes of which every address is its own: subscribers'. */
  readonly owns: Dual | null;
}

/** Where a wire ends. */
export interface End {
  readonly station: string;
  readonly device: string;
  /** With length; null: a port of a bridge. */
  readonly address: Dual | null;
}

export interface PlannedWire {
  /** Such as `namex/12874` or a PNI's id. */
  readonly id: string;
  readonly ends: readonly [End, End];
  readonly line: Line;
}

export interface LabPlan {
  readonly description: LabDescription;
  readonly stations: readonly PlannedStation[];
  readonly wires: readonly PlannedWire[];
}

export const TRANSIT = "transit";
export const CORE = "core";
export const STUDIO = "studio";
export const homesOf = (network: string): string => `${network}-homes`;
export const cacheOf = (network: string): string => `${network}-cache`;
/** A member's port on its exchange's bridge. */
export const portOf = (asn: number): string => `as${asn}`;
/** A wire's id. */
export const wireIds = {
  contribution: (): string => "contribution",
  port: (exchange: string, asn: number): string => `${exchange}/${asn}`,
  backbone: (site: string): string => `backbone/${site}`,
  transit: (station: string): string => `transit/${station}`,
  access: (network: string): string => `access/${network}`,
  cache: (network: string): string => `cache/${network}`,
} as const;

/** The address `number` of a prefix, in both families. */
export function addressIn({ ipv4, ipv6 }: Dual, number: number): Dual {
  const [network = ""] = ipv4.split("/");
  const start = network.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0) + number;
  const text = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".");
  return { ipv4: text, ipv6: `${ipv6.split("/")[0]}${number.toString(16)}` };
}

/** An address with its prefix's length, as an interface takes it. */
function onLan(lan: Dual, number: number): Dual {
  const at = addressIn(lan, number);
  return {
    ipv4: `${at.ipv4}/${lan.ipv4.split("/")[1]}`,
    ipv6: `${at.ipv6}/${lan.ipv6.split("/")[1]}`,
  };
}

/** Servers of a prefix have its tenth address. */
const SERVER = 10;

/** Throws a sentence when the description names what is not there. */
export function planLab(description: LabDescription): LabPlan {
  const wires = new WirePlanner();
  const { exchanges, cdn, networks } = description;
  const members = new Map(exchanges.map(({ id }) => [id, 0]));
  const join = (station: string, port: { exchange: string; mbps: number }, asn: number): void => {
    const exchange = exchanges.find(({ id }) => id === port.exchange);
    if (!exchange) throw new Error(`${station} is at ${port.exchange}, which is no exchange here`);
    const number = (members.get(exchange.id) ?? 0) + 1;
    members.set(exchange.id, number);
    wires.add(wireIds.port(exchange.id, asn), { mbps: port.mbps }, [
      { station, device: exchange.id, address: onLan(exchange.lan, 10 + number) },
      { station: exchange.id, device: portOf(asn), address: null },
    ]);
  };
  for (const site of cdn.sites) {
    wires.join(wireIds.backbone(site.id), site.backbone, [CORE, site.id]);
    if (site.port) join(site.id, site.port, cdn.asn);
  }
  wires.join(wireIds.contribution(), description.broadcaster.contribution, [STUDIO, CORE]);
  wires.join(wireIds.transit(CORE), cdn.transit, [CORE, TRANSIT]);
  for (const network of networks) {
    wires.join(wireIds.transit(network.id), network.transit, [TRANSIT, network.id]);
    wires.join(wireIds.access(network.id), network.access, [network.id, homesOf(network.id)], {
      devices: ["homes", "access"],
    });
    if (network.cache)
      wires.join(wireIds.cache(network.id), {}, [cacheOf(network.id), network.id], {
        devices: ["router", "cache"],
      });
    for (const port of network.ports) join(network.id, port, network.asn);
    for (const { id, site, mbps } of network.pnis) {
      if (!cdn.sites.some((known) => known.id === site))
        throw new Error(`the interconnect ${id} ends at ${site}, which is no site of the CDN`);
      wires.join(id, { mbps }, [site, network.id], {
        devices: [`pni-${network.id}`, `pni-${site}`],
      });
    }
  }
  const plan = { description, stations: stationsOf(description), wires: wires.all };
  check(plan);
  return plan;
}

function stationsOf({
  broadcaster,
  exchanges,
  transit,
  cdn,
  networks,
}: LabDescription): PlannedStation[] {
  const server = (prefix: Dual): Dual => addressIn(prefix, SERVER);
  const none = { address: null, owns: null };
  const own = (network: NetworkDescription): PlannedStation[] => {
    const { asn, homes, cache } = network;
    const prefix = network.prefixes[0] ?? homes;
    return [
      {
        ...{ name: network.id, kind: "router", asn, owns: null },
        address: addressIn(prefix, 1),
      },
      {
        ...{ name: homesOf(network.id), kind: "homes", asn, owns: homes },
        address: addressIn(homes, 2),
      },
      ...(cache
        ? [
            {
              ...{ name: cacheOf(network.id), kind: "cache" as const, asn, owns: null },
              address: server(cache),
            },
          ]
        : []),
    ];
  };
  return [
    {
      ...{ name: STUDIO, kind: "studio", asn: broadcaster.asn, owns: null },
      address: server(broadcaster.prefix),
    },
    ...exchanges.map(({ id, asn }) => ({ name: id, kind: "exchange" as const, asn, ...none })),
    {
      ...{ name: TRANSIT, kind: "transit", asn: transit.asn, owns: null },
      address: server(transit.prefix),
    },
    { name: CORE, kind: "core", asn: cdn.asn, address: server(cdn.prefix), owns: null },
    ...cdn.sites.map(({ id, prefix }) => ({
      ...{ name: id, kind: "site" as const, asn: cdn.asn, owns: null },
      address: server(prefix),
    })),
    ...networks.flatMap(own),
  ];
}

/** Numbers point-to-point wires, 100.64.n.0/30 (RFC 6598) and fd64:n::/64 (RFC 4193): the end nearer to the studio first. */
class WirePlanner {
  readonly all: PlannedWire[] = [];

  add(id: string, line: Line, ends: readonly [End, End]): void {
    this.all.push({ id, ends, line });
  }

  /** A wire between two stations; each end is called as the other station, unless it is said. */
  join(
    id: string,
    line: Line,
    [one, other]: readonly [string, string],
    named: { devices: readonly [string, string] } = { devices: [other, one] },
  ): void {
    const number = this.all.length;
    const address = (last: number): Dual => ({
      ipv4: `100.64.${number}.${last}/30`,
      ipv6: `fd64:${number.toString(16)}::${last}/64`,
    });
    this.add(id, line, [
      { station: one, device: named.devices[0], address: address(1) },
      { station: other, device: named.devices[1], address: address(2) },
    ]);
  }
}

function check({ stations, wires }: LabPlan): void {
  if (stations.length > STATIONS_LIMIT) throw new Error(`more than ${STATIONS_LIMIT} stations`);
  for (const { name } of stations)
    if (!/^[a-z][a-z0-9-]{0,19}$/.test(name)) throw new Error(`${name} cannot be a station's name`);
  if (new Set(stations.map(({ name }) => name)).size < stations.length)
    throw new Error("two stations have one name");
  if (new Set(wires.map(({ id }) => id)).size < wires.length)
    throw new Error("two wires have one id");
  for (const { device } of wires.flatMap(({ ends }) => ends))
    if (device.length > 15) throw new Error(`${device} is too long for an interface's name`);
}
