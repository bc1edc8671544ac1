// The whole chain in its places: studio, origin, directors, an edge at every site and in every cache, carriers' doors.
import { type NetworkMap, networkMapSchema } from "#protocol";
import type { Lab } from "./lab.ts";
import { type ModelledEdge, modelOf } from "./model.ts";
import { cacheOf, CORE, portOf, STUDIO } from "./plan.ts";
import type { LabProcess } from "./process.ts";

/** Ports inside stations: everybody's own, for every station has all of them to itself. */
const PORTS = { origin: 8_083, director: 8_082, ixp: 8_085, isp: 8_086, edge: 8_091 } as const;
/** How far the next director of a station listens from the one before. */
const PORT_STEP = 100;
/** A door must answer within this time, ms. */
const DOOR_LIMIT_MS = 2_000;

/** What the chain is to be. */
export interface ChainOptions {
  /** Directors that share the audience; default 1. */
  readonly directors?: number;
  /** What each edge says it can send, Mb/s, by its id; default 1,000. */
  readonly capacities?: Readonly<Record<string, number>>;
  /** Edges of other makers that run already: judged by probes alone. */
  readonly foreign?: readonly ModelledEdge[];
  /** Stations whose edges are not started; a foreign one stands there. */
  readonly without?: readonly string[];
  /** What differs from the usual policy. */
  readonly policy?: Parameters<typeof modelOf>[1]["policy"];
  /** Default `small`. */
  readonly profile?: "small" | "default";
  /** Director options beside those of the chain. */
  readonly director?: Readonly<Record<string, unknown>>;
}

/** A chain on air. */
export interface Chain {
  readonly edges: readonly ModelledEdge[];
  /** Where viewers ask, and edges tell. */
  readonly directors: readonly string[];
  /** The same for viewers who have IPv6 alone. */
  readonly directorsIpv6: readonly string[];
  /** The director's picture of the network, by its own door. */
  map(director?: number): Promise<NetworkMap>;
  /** Any operator's door of a process, as JSON. */
  ask(id: string, path: string): Promise<unknown>;
  /** Changes what a network wants delivered, Mb/s; null: no limit. */
  setLimit(network: string, limitMbps: number | null): Promise<void>;
  /** Changes what may be delegated to a network's own caches, Mb/s; null: no limit. */
  setCachesLimit(network: string, cachesMbps: number | null): Promise<void>;
  /** An edge by its id. */
  edge(id: string): ModelledEdge;
}

/** Starts everything; resolves when the origin has the channel's first segments. */
export async function startChain(lab: Lab, options: ChainOptions = {}): Promise<Chain> {
  const { description } = lab.plan;
  const edges = edgesOf(lab, options);
  const directors = Array.from({ length: options.directors ?? 1 }, (_, index) => ({
    id: index === 0 ? "director" : `director ${index + 1}`,
    port: PORTS.director + index * PORT_STEP,
  }));
  const core = lab.in(CORE).address;
  const directorUrls = directors.map(({ port }) => `http://${core?.ipv4}:${port}`);
  const directorsIpv6 = directors.map(({ port }) => `http://[${core?.ipv6}]:${port}`);
  const [first = ""] = directorUrls;
  const carriers = startCarriers(lab);
  const origin = await lab.in(CORE).start(
    "origin",
    {
      port: PORTS.origin,
      pathways: edges.map(({ id, url }) => ({ id, url })),
      steering: { hls: `${first}/steer/hls`, dash: `${first}/steer/dash` },
      targetLatencyMs: 2_500,
    },
    { as: "origin" },
  );
  const doors = await carriers;
  const model = modelOf(description, { edges, doors, policy: options.policy });
  await Promise.all([
    ...directors.map(({ id, port }, index) =>
      lab
        .in(CORE)
        .start(
          "director",
          { port, model, publicUrl: directorUrls[index] ?? "", ...options.director },
          { as: id },
        ),
    ),
    ...edges
      .filter(({ foreign }) => !foreign)
      .map((edge) =>
        lab.in(edge.station).start(
          "edge",
          {
            port: PORTS.edge,
            id: edge.id,
            upstreams: [origin.url],
            directorUrls,
            capacityMbps: edge.capacityMbps,
          },
          { as: `edge ${edge.id}` },
        ),
      ),
  ]);
  await lab
    .in(STUDIO)
    .start(
      "broadcaster",
      { port: 0, originUrl: origin.url, profile: options.profile ?? "small" },
      { as: "broadcaster" },
    );
  await onAir(lab, origin);
  return chainOf(lab, { edges, directorUrls, directorsIpv6 });
}

function edgesOf(
  lab: Lab,
  { capacities = {}, foreign = [], without = [] }: ChainOptions,
): ModelledEdge[] {
  const { cdn, networks } = lab.plan.description;
  const stations = [
    ...cdn.sites.map(({ id }) => ({ id, station: id })),
    ...networks
      .filter(({ cache }) => cache !== null)
      .map(({ id }) => ({ id: `${id}-net`, station: cacheOf(id) })),
  ].filter(({ station }) => !without.includes(station));
  const ours = stations.map(({ id, station }) => ({
    ...{ id, station, capacityMbps: capacities[id] ?? 1_000 },
    url: `http://${lab.in(station).address?.ipv4}:${PORTS.edge}`,
    addresses: Object.values(lab.in(station).address ?? {}),
  }));
  return [...ours, ...foreign];
}

/** Every exchange and every access network, told from its interfaces. */
async function startCarriers(
  lab: Lab,
): Promise<{ exchanges: Map<string, string>; networks: Map<string, string> }> {
  const { exchanges, networks, cdn } = lab.plan.description;
  const nameOf = (asn: number): string =>
    [cdn, ...networks].find((party) => party.asn === asn)?.name ?? `AS${asn}`;
  const line = { delayMs: 0, mbps: null };
  const started = await Promise.all([
    ...exchanges.map(({ id, asn, place }) => {
      const ports = [
        ...cdn.sites.map(({ port }) => ({ asn: cdn.asn, port })),
        ...networks.flatMap((network) => network.ports.map((port) => ({ asn: network.asn, port }))),
      ].flatMap((member) =>
        member.port?.exchange === id ? [{ ...member.port, asn: member.asn }] : [],
      );
      const members = ports.map(({ asn: member, mbps, routeServer, bilateral }) => ({
        ...{ asn: member, name: nameOf(member), portMbps: mbps, link: line },
        interface: portOf(member),
        ...(routeServer === undefined ? {} : { routeServer }),
        ...(bilateral === undefined || bilateral === "all" ? {} : { bilateral: [...bilateral] }),
      }));
      return lab
        .in(id)
        .start("ixp", { port: PORTS.ixp, id, asn, place, members }, { as: `exchange ${id}` });
    }),
    ...networks.map(({ id, asn, name, place, prefixes, pnis }) =>
      lab.in(id).start(
        "isp",
        {
          ...{ port: PORTS.isp, asn, name, place, accessInterface: "homes" },
          prefixes: prefixes.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
          pnis: pnis.map((pni) => ({
            ...{ id: pni.id, with: cdn.asn, mbps: pni.mbps, interface: `pni-${pni.site}` },
          })),
        },
        { as: `network ${id}` },
      ),
    ),
  ]);
  const doors = started.map(({ door }) => door);
  return {
    exchanges: new Map(exchanges.map(({ id }, index) => [id, doors[index] as string])),
    networks: new Map(
      networks.map(({ id }, index) => [id, doors[exchanges.length + index] as string]),
    ),
  };
}

/** The channel has a few segments, which viewers begin in. */
async function onAir(lab: Lab, origin: LabProcess): Promise<void> {
  await lab.until("the origin has the channel", async () => {
    const answer = await knock(`${origin.door}/match/v144.m3u8`).catch(() => null);
    const playlist = (await answer?.text()) ?? "";
    return (playlist.match(/#EXTINF/g) ?? []).length >= 2;
  });
}

const knock = (url: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, signal: AbortSignal.timeout(DOOR_LIMIT_MS) });

function chainOf(
  lab: Lab,
  {
    edges,
    directorUrls,
    directorsIpv6,
  }: Pick<Chain, "edges" | "directorsIpv6"> & { directorUrls: readonly string[] },
): Chain {
  const ask = async (id: string, path: string): Promise<unknown> => {
    const answer = await knock(`${lab.process(id).door}${path}`);
    if (answer.ok) return answer.json();
    throw new Error(`${id}${path} answers ${answer.status}: ${await answer.text()}`);
  };
  const limit = async (network: string, limits: object): Promise<void> => {
    const { door } = lab.process(`network ${network}`);
    const body = JSON.stringify({ v: 1, ...limits });
    const answer = await knock(`${door}/limit`, { method: "PUT", body });
    if (answer.status !== 204) throw new Error(`the limit was refused: ${await answer.text()}`);
  };
  return {
    edges,
    directors: directorUrls,
    directorsIpv6,
    ask,
    map: async (director = 1) =>
      networkMapSchema.parse(
        await ask(director === 1 ? "director" : `director ${director}`, "/map"),
      ),
    setLimit: (network, limitMbps) => limit(network, { limitMbps }),
    setCachesLimit: (network, cachesMbps) => limit(network, { cachesMbps }),
    edge: (id) => {
      const edge = edges.find((known) => known.id === id);
      if (!edge) throw new Error(`no edge is called ${id}`);
      return edge;
    },
  };
}
