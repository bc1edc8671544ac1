// What a lab is made of: the four parties, in words of the field. Everything else follows from it.

/** One thing in both families: two prefixes, or two addresses. */
export interface Dual {
  readonly ipv4: string;
  readonly ipv6: string;
}

/** How a wire behaves. Without delay, jitter or loss it is the kernel's own, and costs nothing. */
export interface Line {
  /** One way, ms. */
  readonly delayMs?: number;
  /** Added at random, up to this, ms; packets stay in order. */
  readonly jitterMs?: number;
  /** Share of packets that are lost. */
  readonly loss?: number;
  /** Speed in each direction, Mb/s; without one, whatever the machine can. */
  readonly mbps?: number;
}

export interface ExchangeDescription {
  /** Also its station's name. */
  readonly id: string;
  readonly name: string;
  readonly asn: number;
  readonly place: string;
  /** The peering LAN. */
  readonly lan: Dual;
}

/** A network's port at an exchange. */
export interface PortDescription {
  readonly exchange: string;
  readonly mbps: number;
  /** Default true. */
  readonly routeServer?: boolean;
  /** Default all. */
  readonly bilateral?: "all" | readonly number[];
}

/** Where the CDN stands: a station with a prefix of its own. */
export interface SiteDescription {
  /** Also its station's name. */
  readonly id: string;
  readonly place: string;
  readonly prefix: Dual;
  /** Its port at the exchange there. */
  readonly port: PortDescription | null;
  /** Its way to the CDN's core. */
  readonly backbone: Line;
}

export interface CdnDescription {
  readonly asn: number;
  readonly name: string;
  /** The core's: origin, director, telemetry. */
  readonly prefix: Dual;
  readonly place: string;
  readonly sites: readonly SiteDescription[];
  readonly transit: Line;
}

/** A private interconnect between a network and a site of the CDN. */
export interface PniDescription {
  readonly id: string;
  readonly site: string;
  readonly mbps: number;
}

/** An access network: a router, its subscribers, and a cache where it has one. */
export interface NetworkDescription {
  /** Also its router's station; subscribers are at `ID-homes`, the cache at `ID-cache`. */
  readonly id: string;
  readonly asn: number;
  readonly name: string;
  readonly place: string;
  /** What it announces. */
  readonly prefixes: readonly Dual[];
  /** Subscribers' addresses, inside. */
  readonly homes: Dual;
  /** The cache's prefix, inside; null: it has none. */
  readonly cache: Dual | null;
  readonly ports: readonly PortDescription[];
  readonly pnis: readonly PniDescription[];
  readonly transit: Line;
  /** Towards the subscribers. */
  readonly access: Line;
}

export interface LabDescription {
  readonly title: string;
  /** Where the signal is made; its station is called `studio`, its way leads to the CDN's core. */
  readonly broadcaster: {
    readonly prefix: Dual;
    readonly asn: number;
    readonly contribution: Line;
  };
  readonly places: readonly { id: string; name: string; lat: number; lon: number }[];
  readonly exchanges: readonly ExchangeDescription[];
  /** What joins those who meet nowhere else; its station is called `transit`. */
  readonly transit: { readonly asn: number; readonly name: string; readonly prefix: Dual };
  readonly cdn: CdnDescription;
  readonly networks: readonly NetworkDescription[];
}
