// A match in good order, for the tests of what is drawn and judged from it: each changes what it is about.
import { type DirectorState, hopNames, type Network, type Summary } from "#protocol";
import type { Answer, Inputs } from "../inputs.ts";
import type { NodeRow, Picture } from "../picture.ts";
import { compose, emptyMemory, type Memory } from "./index.ts";

export const start = 1_795_301_664_000;
export const up = <Body>(body: Body, since = start): Answer<Body> => ({
  url: "http://127.0.0.1:1/",
  body,
  problem: null,
  since,
});
export const down = <Body>(body: Body | null, since: number): Answer<Body> => ({
  url: "http://127.0.0.1:1/",
  body,
  problem: "nothing listens there",
  since,
});

export const usual = {
  encode: 38,
  fill: 318,
  answerable: 2,
  edge: 9,
  player: 16,
  due: 690,
  screen: 31,
};

type Viewer = Summary["viewers"][number];
export const viewer = (session: string, over: Partial<Viewer> = {}): Viewer => ({
  session,
  protocol: "dash",
  edge: "isp-roma",
  network: "Fastweb",
  rendition: "v720",
  latencyMs: 1_120,
  latencyFrom: "camera",
  bufferMs: 690,
  stalls: 0,
  seenMsAgo: 200,
  ...over,
});

type Cohort = Summary["cohorts"][number];
/** Rome's forty viewers, as telemetry tells of them. */
export const cohort = (id: string, over: Partial<Cohort> = {}): Cohort => ({
  id,
  viewers: 40,
  late: 0,
  latency: spread(1_500, 40),
  spreadMs: 24,
  need: spread(1_200, 40),
  sync: spread(6, 40),
  stalling: 0,
  cuesLate: 0,
  cuesLost: 0,
  ...over,
});

type Governed = DirectorState["cohorts"][number];
/** A city as the director governs it. */
export const governed = (id: string, over: Partial<Governed> = {}): Governed => ({
  id,
  name: id === "it/roma" ? "Roma" : "Milano",
  viewers: 40,
  nowMs: 1_500,
  target: { latencyMs: 1_500, version: 7, fromLatencyMs: 1_500, fromUtcMs: start },
  need: null,
  latency: null,
  spreadMs: null,
  releaseAfterMs: 2_000,
  why: "holds 1.50 s: need p95 1.32 s",
  ...over,
});

export const spread = (p50: number, n = 30) => ({ p50, p95: p50 * 1.1, p99: p50 * 1.2, n });

export function summary(over: Partial<Summary> = {}, ms: Partial<typeof usual> = {}): Summary {
  const nodes = {
    encode: "broadcaster",
    fill: "origin",
    answerable: "origin",
    edge: "isp-roma",
    player: "isp-roma",
    due: "dash",
    screen: "dash",
  };
  return {
    v: 1,
    at: start,
    hops: hopNames.map((hop) => ({ hop, node: nodes[hop], ms: spread({ ...usual, ...ms }[hop]) })),
    unexplained: spread(7),
    glassToGlass: spread(1_115),
    viewers: [viewer("s1"), viewer("s2", { latencyMs: 1_130 })],
    cohorts: [],
    dropped: { hops: 0, events: 0 },
    ...over,
  };
}

export type Edge = DirectorState["edges"][number];
export const edge = (id: string, over: Partial<Edge> = {}): Edge => ({
  id,
  url: "http://127.0.0.1:8092",
  at: null,
  in: 12_874,
  up: true,
  why: null,
  heartbeat: {
    v: 1,
    edge: id,
    at: start / 1_000,
    viewers: 2,
    mbps: 6,
    capacityMbps: 1_000,
    cpu: 0.2,
    waiters: 2,
    upstreamErrors: 0,
    draining: false,
  },
  ...over,
});

export const director = (
  edges: Edge[] = [edge("isp-roma"), edge("ixp-roma", { at: "namex", in: null })],
): DirectorState => ({
  v: 1,
  channel: "match",
  target: { latencyMs: 1_500, version: 1 },
  sync: null,
  cohorts: [],
  sessionsLastMinute: 2,
  edges,
  decisions: [],
});

export const network = (asn: number, name: string, place: string): Network => ({
  v: 1,
  asn,
  name,
  place,
  prefixes: ["127.0.1.0/24"],
  gateway: "127.0.1.1",
  limitMbps: null,
  access: { link: { delayMs: 4, mbps: 1_000 }, downMbps: 6, upMbps: 0.1, connections: 4 },
});

export const exchange = {
  v: 1 as const,
  id: "namex",
  asn: 24_796,
  place: "it/roma",
  members: [
    {
      asn: 12_874,
      name: "Fastweb",
      port: { mbps: 10_000, inMbps: 0, outMbps: 6, link: { delayMs: 1, mbps: null } },
    },
  ],
};

export function inputs(over: Partial<Inputs> = {}): Inputs {
  return {
    at: start + 60_000,
    fixture: {
      title: "Roma – Lazio",
      channel: "match",
      watchUrl: "http://127.0.0.1:8080/",
      startedAt: start,
      fills: new Map([
        ["isp-roma", { delayMs: 4, mbps: null }],
        ["ixp-roma", { delayMs: 2, mbps: null }],
      ]),
    },
    broadcaster: up({
      role: "broadcaster",
      source: { input: "test", state: "live" },
      encoders: [{ name: "video", state: "running", restarts: 0 }],
    }),
    origin: up({ role: "origin", ready: true, renditions: [{ rendition: "v720", behindMs: 40 }] }),
    director: up(director()),
    telemetry: up(summary()),
    exchanges: [up(exchange)],
    networks: [up(network(12_874, "Fastweb", "it/roma")), up(network(3_269, "TIM", "it/milano"))],
    ...over,
  };
}

/** The pictures of inputs that follow one another a second apart, the last one returned with its memory. */
export function after(...changes: Partial<Inputs>[]): { picture: Picture; memory: Memory } {
  let memory = emptyMemory;
  let picture: Picture | null = null;
  for (const [second, change] of changes.entries())
    ({ picture, memory } = compose(
      inputs({ at: start + 60_000 + second * 1_000, ...change }),
      memory,
    ));
  return { picture: picture as Picture, memory };
}

export const row = (picture: Picture, id: string): NodeRow =>
  picture.blocks.flatMap(({ rows }) => rows).find((each) => each.id === id) as NodeRow;
export const codes = (picture: Picture): string[] => picture.findings.map(({ code }) => code);
