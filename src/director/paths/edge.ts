// An edge as it was declared to the director, by the model or by an option.

/** At an exchange, in a network, or (neither) somewhere in the network `asn`. A model's edge is one. */
export interface EdgeDeclaration {
  /** rfc8216bis 4.4.6.2: the characters of a Pathway ID. */
  readonly id: string;
  /** Its base address, which viewers behind a gateway reach under the gateway's host and the same port. */
  readonly url: string;
  /** Whose network it is reached in. Absent: that of `in`; at an exchange, of somebody whom every member there reaches. */
  readonly asn?: number | undefined;
  /** The id of the exchange that it stands at. */
  readonly at?: string | undefined;
  /** The number of the access network that it stands in. */
  readonly in?: number | undefined;
  /** Absent: that of its exchange or of its network, where that is known. */
  readonly place?: string | undefined;
  /** What it can send, Mb/s. */
  readonly capacityMbps: number;
  /** Added to each path to it. Absent: 0. */
  readonly cost?: number | undefined;
  /** It sends no heartbeats: judged by the director's own probes. */
  readonly foreign?: boolean | undefined;
  /** What DNS answers. Absent or empty: the URL's host, when that is an address. */
  readonly addresses?: readonly string[] | undefined;
}

/** The network that an edge is reached in; null: not told. */
export const networkOf = (edge: Pick<EdgeDeclaration, "asn" | "in">): number | null =>
  edge.asn ?? edge.in ?? null;

/** The network that an edge stands in: to that network's viewers it is on-net; null at an exchange. */
export const standsIn = (edge: Pick<EdgeDeclaration, "asn" | "at" | "in">): number | null =>
  edge.in ?? (edge.at === undefined ? (edge.asn ?? null) : null);
