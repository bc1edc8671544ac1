// From a match to the network model that its director goes by.
import { type Match, type NetworkModel, PROTOCOL_VERSION } from "#protocol";

/** Where the parts of a match that the model names are found. */
export interface ModelUrls {
  /** In the order of the match. */
  readonly exchanges: readonly string[];
  readonly networks: readonly string[];
  readonly edges: readonly { readonly id: string; readonly url: string }[];
}

/** The CDN's number where an exchange has several members: the first of them. */
export const cdnOf = (exchange: Match["exchanges"][number]): number =>
  exchange.members[0] ?? exchange.asn;

/** Members of a match's exchange peer with one another; an edge there is in the CDN's network, one in a network in that. */
export function modelOf(match: Match, urls: ModelUrls): NetworkModel {
  const edgeUrls = new Map(urls.edges.map(({ id, url }) => [id, url]));
  return {
    v: PROTOCOL_VERSION,
    title: match.channel.id,
    sources: [],
    places: match.places,
    exchanges: match.exchanges.map((exchange, index) => ({
      id: exchange.id,
      name: exchange.id,
      asn: exchange.asn,
      place: exchange.place,
      members: exchange.members.map((asn) => ({
        asn,
        portMbps: exchange.portMbps,
        routeServer: true,
        bilateral: "all",
      })),
      url: urls.exchanges[index],
    })),
    networks: match.networks.map(({ asn, name, place, prefixes, limitMbps }, index) => ({
      asn,
      name,
      kind: "access",
      place,
      prefixes: prefixes.map((prefix) => ({ prefix })),
      limitMbps,
      url: urls.networks[index],
    })),
    pnis: [],
    edges: match.edges.map(({ id, at, in: inside, capacityMbps, url }) => {
      const exchange = match.exchanges.find((one) => one.id === at);
      return {
        id,
        url: edgeUrls.get(id) ?? url,
        // An edge stands at an exchange or in a network: the match file is refused otherwise.
        asn: exchange ? cdnOf(exchange) : (inside as number),
        at,
        in: inside,
        capacityMbps,
        cost: 0,
        foreign: false,
        addresses: [],
      };
    }),
    tables: [],
    peeringdb: [],
    audience: null,
    leave: [],
    policy: match.policy,
  };
}
