// From a match to its processes: who runs, with what options, and through which links they reach one another.
import { type LinkDeclaration, type Match, startOf } from "#protocol";
import { cdnOf, modelOf } from "./matchModel.ts";
import type { RoleName, RoleOptions } from "./roles.ts";

/** One process of a match. `id` is its name in tables and logs. */
export interface PlannedRole<Name extends RoleName = RoleName> {
  readonly id: string;
  readonly role: Name;
  readonly options: RoleOptions<Name>;
}

/** Gives each listener its port: the preferred one, or another when free ports are asked for. */
export type PortBook = (preferred: number) => number;

/** Where the parts of a match are found. */
export interface MatchUrls {
  readonly watch: string;
  readonly controlRoom: string;
  readonly director: string;
  /** All of them, the first included. */
  readonly directors: readonly string[];
  readonly origin: string;
  readonly telemetry: string;
  readonly broadcaster: string;
  readonly exchanges: readonly string[];
  readonly networks: readonly string[];
  readonly edges: readonly { readonly id: string; readonly url: string }[];
}

export interface MatchPlan {
  readonly roles: readonly PlannedRole[];
  readonly urls: MatchUrls;
}

const HOST = "127.0.0.1";
const FIRST_RELAY_PORT = 8_120;
/** The first director's; the others' lie below it. */
const DIRECTOR_PORT = 8_082;
/** Status ports of further exchanges and networks stand this far apart. */
const STATUS_PORT_STEP = 10;

interface Relay {
  name: string;
  listen: { host: string; port: number };
  target: { host: string; port: number };
}

/** The processes of `match`. Pure: ports come from `portOf`. */
export function planMatch(match: Match, portOf: PortBook): MatchPlan {
  const planner = new Planner(match, portOf);
  return planner.plan();
}

class Planner {
  readonly #match: Match;
  readonly #portOf: PortBook;
  readonly #ports: Record<"watch" | "controlRoom" | "origin" | "telemetry" | "broadcaster", number>;
  readonly #directorPorts: readonly number[];
  readonly #edgePorts: Map<string, number>;
  readonly #backbone: (Relay & { links: LinkDeclaration[] })[] = [];
  readonly #fabric = new Map<string, (Relay & { from: number; to: number })[]>();
  #relayPort = FIRST_RELAY_PORT;

  constructor(match: Match, portOf: PortBook) {
    this.#match = match;
    this.#portOf = portOf;
    this.#ports = {
      watch: portOf(8_080),
      controlRoom: portOf(8_081),
      origin: portOf(8_083),
      telemetry: portOf(8_084),
      broadcaster: portOf(8_087),
    };
    this.#directorPorts = Array.from({ length: match.directors }, (_, index) =>
      portOf(DIRECTOR_PORT - STATUS_PORT_STEP * index),
    );
    this.#edgePorts = new Map(
      match.edges.map((edge) => [edge.id, portOf(Number(new URL(edge.url).port))]),
    );
  }

  plan(): MatchPlan {
    const urls = this.#urls();
    const common = { channel: this.#match.channel.id, telemetryUrl: urls.telemetry };
    const routes = this.#match.networks.map((network) => this.#routes(network));
    const upstreams = new Map(this.#match.edges.map((edge) => [edge.id, this.#upstream(edge)]));
    const ingest = this.#overBackbone("contribution", this.#ports.origin, this.#match.channel.link);
    const roles: PlannedRole[] = [
      planned("telemetry", "telemetry", { port: this.#ports.telemetry, channel: common.channel }),
      planned("origin", "origin", {
        ...common,
        port: this.#ports.origin,
        node: "origin",
        pathways: [...urls.edges],
        steering: { hls: `${urls.director}/steer/hls`, dash: `${urls.director}/steer/dash` },
        timeUrl: null, // relative: the edge that a player is on answers
        targetLatencyMs: startOf(this.#match.sync),
      }),
      ...this.#exchanges(),
      ...this.#networks(routes),
      ...this.#edges(urls, upstreams),
      ...this.#directorPorts.map((port, index) =>
        planned(directorName(index), "director", this.#director(urls, port)),
      ),
      planned("watch", "watch", this.#watch(urls)),
      planned("control room", "controlroom", this.#controlRoom(urls)),
      planned("broadcaster", "broadcaster", {
        ...common,
        port: this.#ports.broadcaster,
        input: this.#match.channel.input,
        profile: this.#match.channel.profile,
        originUrl: url(ingest),
      }),
    ];
    return { roles: [planned("backbone", "link", { relays: this.#backbone }), ...roles], urls };
  }

  #urls(): MatchUrls {
    const status = (first: number, index: number): string =>
      url(this.#portOf(first + STATUS_PORT_STEP * index));
    return {
      watch: url(this.#ports.watch),
      controlRoom: url(this.#ports.controlRoom),
      director: url(this.#directorPorts[0] as number),
      directors: this.#directorPorts.map(url),
      origin: url(this.#ports.origin),
      telemetry: url(this.#ports.telemetry),
      broadcaster: url(this.#ports.broadcaster),
      exchanges: this.#match.exchanges.map((_, index) => status(8_085, index)),
      networks: this.#match.networks.map((_, index) => status(8_086, index)),
      edges: this.#match.edges.map(({ id }) => ({ id, url: url(this.#edgePort(id)) })),
    };
  }

  #edgePort(id: string): number {
    return this.#edgePorts.get(id) as number;
  }

  #nextRelay(name: string, port: number): Relay {
    return {
      name,
      listen: { host: HOST, port: this.#portOf(this.#relayPort++) },
      target: { host: HOST, port },
    };
  }

  /** A declared link that no party of the match owns: the broadcaster's and the CDN's own lines. */
  #overBackbone(name: string, port: number, link: LinkDeclaration): number {
    const relay = { ...this.#nextRelay(name, port), links: [link] };
    this.#backbone.push(relay);
    return relay.listen.port;
  }

  /** Through the exchange where `from` and `to` are members. */
  #overFabric(
    exchange: string,
    name: string,
    ends: { from: number; to: number },
    port: number,
  ): number {
    const relay = { ...this.#nextRelay(name, port), ...ends };
    const relays = this.#fabric.get(exchange) ?? [];
    relays.push(relay);
    this.#fabric.set(exchange, relays);
    return relay.listen.port;
  }

  /** An exchange where the network meets the CDN, whose number is the exchange's first member. */
  #exchangeOf(asn: number): Match["exchanges"][number] | undefined {
    return this.#match.exchanges.find((exchange) => exchange.members.includes(asn));
  }

  #upstream(edge: Match["edges"][number]): string {
    const filled = this.#overBackbone(`fill ${edge.id}`, this.#ports.origin, edge.fill);
    const exchange = edge.in === undefined ? undefined : this.#exchangeOf(edge.in);
    if (!exchange || edge.in === undefined) return url(filled);
    const ends = { from: edge.in, to: cdnOf(exchange) };
    return url(this.#overFabric(exchange.id, `fill ${edge.id}`, ends, filled));
  }

  #routes(network: Match["networks"][number]): RoleOptions<"isp">["routes"] {
    const doors = [
      ...(["watch", "telemetry"] as const).map((name) => ({ name, port: this.#ports[name] })),
      ...this.#directorPorts.map((port, index) => ({ name: directorName(index), port })),
    ];
    const services = doors.map(({ name, port }) => ({ name, port, target: { host: HOST, port } }));
    const edges = this.#match.edges.map((edge) => ({
      name: edge.id,
      port: this.#edgePort(edge.id),
      ...this.#wayTo(edge, network.asn),
    }));
    return [...services, ...edges];
  }

  #wayTo(
    edge: Match["edges"][number],
    asn: number,
  ): { target: { host: string; port: number }; extraLink: LinkDeclaration } {
    const port = this.#edgePort(edge.id);
    const direct = { target: { host: HOST, port }, extraLink: edge.link };
    if (edge.in === asn) return direct;
    const exchange = this.#match.exchanges.find(({ id }) => id === edge.at);
    if (exchange?.members.includes(asn)) {
      const ends = { from: asn, to: cdnOf(exchange) };
      const relay = this.#overFabric(exchange.id, `AS${asn} to ${edge.id}`, ends, port);
      return { target: { host: HOST, port: relay }, extraLink: edge.link };
    }
    const { transit } = this.#match;
    const delayMs = edge.link.delayMs + transit.delayMs;
    return { ...direct, extraLink: { delayMs, mbps: transit.mbps ?? edge.link.mbps } };
  }

  #exchanges(): PlannedRole[] {
    const name = (asn: number): string =>
      this.#match.networks.find((network) => network.asn === asn)?.name ?? `AS${asn}`;
    return this.#match.exchanges.map((exchange, index) =>
      planned(`exchange ${exchange.id}`, "ixp", {
        port: this.#portOf(8_085 + STATUS_PORT_STEP * index),
        id: exchange.id,
        asn: exchange.asn,
        place: exchange.place,
        members: exchange.members.map((asn) => ({
          asn,
          name: name(asn),
          portMbps: exchange.portMbps,
          link: { delayMs: 0, mbps: exchange.portMbps },
        })),
        relays: this.#fabric.get(exchange.id) ?? [],
      }),
    );
  }

  #networks(routes: RoleOptions<"isp">["routes"][]): PlannedRole[] {
    return this.#match.networks.map((network, index) =>
      planned(`network ${network.name}`, "isp", {
        port: this.#portOf(8_086 + STATUS_PORT_STEP * index),
        asn: network.asn,
        name: network.name,
        place: network.place,
        prefixes: network.prefixes,
        limitMbps: network.limitMbps,
        link: network.link,
        routes: routes[index] ?? [],
      }),
    );
  }

  #edges(urls: MatchUrls, upstreams: ReadonlyMap<string, string>): PlannedRole[] {
    return this.#match.edges.map((edge) =>
      planned(`edge ${edge.id}`, "edge", {
        port: this.#edgePort(edge.id),
        id: edge.id,
        upstreams: [upstreams.get(edge.id) ?? urls.origin],
        directorUrls: [...urls.directors],
        telemetryUrl: urls.telemetry,
        capacityMbps: edge.capacityMbps,
      }),
    );
  }

  #director(urls: MatchUrls, port: number): RoleOptions<"director"> {
    return {
      port,
      directors: this.#directorPorts.length,
      channel: this.#match.channel.id,
      model: modelOf(this.#match, urls),
      pathways: urls.edges.map(({ id }) => id),
      telemetryUrl: urls.telemetry,
      sync: this.#match.sync,
    };
  }

  #watch(urls: MatchUrls): RoleOptions<"watch"> {
    return {
      port: this.#ports.watch,
      channel: this.#match.channel.id,
      directorUrls: [...urls.directors],
      telemetryUrl: urls.telemetry,
      captureIs: this.#match.channel.input === "test" ? "camera" : "arrival",
      edges: urls.edges.map(({ id, url }) => ({ id, url, label: id })),
      networks: this.#match.networks.map(({ asn, name, prefixes }) => ({
        asn,
        name,
        gateway: gatewayOf(prefixes[0] as string),
      })),
    };
  }

  #controlRoom(urls: MatchUrls): RoleOptions<"controlroom"> {
    return {
      port: this.#ports.controlRoom,
      title: this.#match.channel.id,
      channel: this.#match.channel.id,
      directorUrls: [...urls.directors],
      telemetryUrl: urls.telemetry,
      originUrl: urls.origin,
      broadcasterUrl: urls.broadcaster,
      exchanges: [...urls.exchanges],
      networks: [...urls.networks],
      watchUrl: urls.watch,
      fullAt: this.#match.policy.fullAt,
      edges: this.#match.edges.map(({ id, fill }) => ({ id, fill })),
    };
  }
}

function planned<Name extends RoleName>(
  id: string,
  role: Name,
  options: RoleOptions<Name>,
): PlannedRole {
  return { id, role, options };
}

const directorName = (index: number): string =>
  index === 0 ? "director" : `director ${index + 1}`;

const url = (port: number): string => `http://${HOST}:${port}`;

/** The first address of a prefix: where a network's access link listens. */
export function gatewayOf(prefix: string): string {
  const [address = ""] = prefix.split("/");
  const bytes = address.split(".").map(Number);
  return [...bytes.slice(0, 3), (bytes[3] ?? 0) + 1].join(".");
}
