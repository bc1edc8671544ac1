// Where an edge is for a viewer of one address family.
import { type Address, parseAddress } from "#network";

/** What is known of an edge's addresses. */
export interface Addressed {
  readonly url: string;
  /** Of its machines, both families. */
  readonly addresses?: readonly string[] | undefined;
}

type Family = Address["family"];

/** The host of a URL as an address; null when it is a name. */
function hostAddress(url: string): Address | null {
  const { hostname } = new URL(url);
  return parseAddress(hostname.replace(/^\[(.*)\]$/, "$1"));
}

/** All addresses of an edge in one family; none when its URL holds a name and nothing else is known. */
export function addressesOf(edge: Addressed, family: Family): readonly string[] {
  const told = edge.addresses ?? [];
  const host = hostAddress(edge.url);
  const all = told.length > 0 ? told.map((text) => parseAddress(text)) : [host];
  return all.flatMap((address) => (address?.family === family ? [address.text] : []));
}

/**
 * The base URL for a viewer of `family`: the edge's own, unless its host is an address of the other family and one of
 * this family is known. A name is left to DNS.
 */
export function urlFor(edge: Addressed, family: Family): string {
  const host = hostAddress(edge.url);
  const [own] = host && host.family !== family ? addressesOf(edge, family) : [];
  if (own === undefined) return edge.url;
  const url = new URL(edge.url);
  url.hostname = family === 6 ? `[${own}]` : own;
  return url.href.replace(/\/+$/, "");
}
