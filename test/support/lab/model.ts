// The description as the network model that a director reads. Pure.
import type { NetworkModel } from "#protocol";
import { networkModelSchema } from "#protocol";
import type { LabDescription } from "./description.ts";

/** An edge of the lab as the model names it. */
export interface ModelledEdge {
  readonly id: string;
  readonly url: string;
  /** Of its machine, both families; absent: the URL's alone. */
  readonly addresses?: readonly string[];
  /** The CDN's site or the access network's cache that it runs at. */
  readonly station: string;
  readonly capacityMbps: number;
  /** It sends no heartbeats. */
  readonly foreign?: boolean;
}

/** Where operators' doors are. */
export interface ModelledDoors {
  /** By the exchange's id; absent: nobody tells its ports. */
  readonly exchanges: ReadonlyMap<string, string>;
  /** By the network's id. */
  readonly networks: ReadonlyMap<string, string>;
}

/** `policy`: what is not the usual one. */
export function modelOf(
  description: LabDescription,
  parts: {
    readonly edges: readonly ModelledEdge[];
    readonly doors: ModelledDoors;
    readonly policy?: Partial<NetworkModel["policy"]> | undefined;
  },
): NetworkModel {
  const { title, places, exchanges, cdn, networks, transit } = description;
  return networkModelSchema.parse({
    v: 1,
    title,
    places,
    exchanges: exchanges.map(({ id, name, asn, place }) => ({
      ...{ id, name, asn, place },
      ...found("url", parts.doors.exchanges.get(id)),
      members: [
        ...cdn.sites.flatMap(({ port }) =>
          port?.exchange === id ? [{ ...port, asn: cdn.asn }] : [],
        ),
        ...networks.flatMap((network) =>
          network.ports
            .filter(({ exchange }) => exchange === id)
            .map((port) => ({ ...port, asn: network.asn })),
        ),
      ].map(({ asn: member, mbps, routeServer = true, bilateral = "all" }) => ({
        ...{ asn: member, portMbps: mbps, routeServer, bilateral },
      })),
    })),
    networks: [
      { asn: cdn.asn, name: cdn.name, kind: "content", place: cdn.place },
      { asn: transit.asn, name: transit.name, kind: "transit" },
      ...networks.map(({ id, asn, name, place, prefixes }) => ({
        ...{ asn, name, place },
        ...found("url", parts.doors.networks.get(id)),
        prefixes: prefixes.flatMap(({ ipv4, ipv6 }) => [{ prefix: ipv4 }, { prefix: ipv6 }]),
      })),
    ],
    pnis: networks.flatMap(({ asn, pnis }) =>
      pnis.map(({ id, site, mbps }) => ({
        ...{ id, mbps, between: [cdn.asn, asn] },
        place: cdn.sites.find((known) => known.id === site)?.place ?? cdn.place,
      })),
    ),
    edges: parts.edges.map((edge) => edgeOf(description, edge)),
    ...found("policy", parts.policy),
  });
}

function edgeOf({ cdn, networks }: LabDescription, edge: ModelledEdge): object {
  const { id, url, addresses, station, capacityMbps, foreign = false } = edge;
  const told = { id, url, ...found("addresses", addresses), capacityMbps, foreign };
  const site = cdn.sites.find((known) => known.id === station);
  if (site)
    return { ...told, asn: cdn.asn, place: site.place, ...found("at", site.port?.exchange) };
  const network = networks.find((known) => `${known.id}-cache` === station);
  if (network) return { ...told, asn: network.asn, in: network.asn, place: network.place };
  return { ...told, asn: cdn.asn, place: cdn.place };
}

const found = <Value>(name: string, value: Value | undefined): Record<string, Value> =>
  value === undefined ? {} : { [name]: value };
