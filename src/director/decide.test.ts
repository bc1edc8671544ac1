import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import type { Exchange, Heartbeat, Network, PathClass } from "#protocol";
import fc from "fast-check";
import { decide, type Decision } from "./decide.ts";
import { HealthBoard, type Standing } from "./load/health.ts";
import { START_GRACE_MS } from "./limits.ts";
import { parseAddress } from "#network";
import { type EdgeDeclaration, emptyModel, Topology } from "./topology.ts";

const FASTWEB = 12_874;
const TIM = 3_269;
const link = { delayMs: 1, mbps: null };
const edges: EdgeDeclaration[] = [
  { id: "ixp-roma", at: "namex", url: "http://127.0.0.1:8091", capacityMbps: 10_000 },
  { id: "isp-roma", in: FASTWEB, url: "http://127.0.0.1:8092", capacityMbps: 10_000 },
];
const network = (
  asn: number,
  name: string,
  prefix: string,
  more: Partial<Network> = {},
): Network => ({
  v: 1,
  asn,
  name,
  place: `it/${name.toLowerCase()}`,
  prefixes: [prefix],
  gateway: "127.0.1.1",
  limitMbps: null,
  access: { link, downMbps: 0, upMbps: 0, connections: 0 },
  ...more,
});
const exchange = (outMbps: number, members: number[] = [FASTWEB]): Exchange => ({
  v: 1,
  id: "namex",
  asn: 24_796,
  place: "it/roma",
  members: members.map((asn) => ({
    asn,
    name: `AS${asn}`,
    port: { mbps: 1_000, inMbps: 0, outMbps, link },
  })),
});
const heartbeat = (edge: string, mbps: number, draining = false): Heartbeat => ({
  v: 1,
  edge,
  at: 0,
  viewers: 0,
  mbps,
  capacityMbps: 10_000,
  cpu: 0,
  waiters: 0,
  upstreamErrors: 0,
  draining,
});

interface Scene {
  address?: string;
  /** Share of capacity by edge; absent: no heartbeat ever. */
  loads?: Record<string, number>;
  draining?: string[];
  /** Milliseconds since the heartbeat by edge; 500 otherwise. */
  silence?: Record<string, number>;
  portOut?: number;
  members?: number[];
  declared?: EdgeDeclaration[];
  current?: string;
  session?: string;
  /** Since the director's start, ms. */
  age?: number;
  limitMbps?: number;
  downMbps?: number;
  toldAgo?: number;
}

function play(scene: Scene): Decision {
  const now = monoMs(scene.age ?? 60_000);
  const topology = new Topology(emptyModel, { edges: scene.declared ?? edges });
  topology.learnExchange("x", exchange(scene.portOut ?? 0, scene.members), now);
  const access = { link, downMbps: scene.downMbps ?? 0, upMbps: 0, connections: 0 };
  const fastweb = network(FASTWEB, "Fastweb", "127.0.1.0/24", {
    access,
    limitMbps: scene.limitMbps ?? null,
  });
  topology.learnNetwork("a", fastweb, monoMs(now - (scene.toldAgo ?? 0)));
  topology.learnNetwork("b", network(TIM, "TIM", "127.0.2.0/24"), now);
  const health = new HealthBoard(monoMs(0));
  for (const [edge, load] of Object.entries(
    scene.loads ?? { "ixp-roma": 0.05, "isp-roma": 0.31 },
  )) {
    const said = heartbeat(edge, load * 10_000, scene.draining?.includes(edge));
    health.hear(said, monoMs(now - (scene.silence?.[edge] ?? 500)));
  }
  return decide({
    address: parseAddress(scene.address ?? "127.0.1.10"),
    session: scene.session ?? "s",
    topology,
    health,
    now,
    current: scene.current,
  });
}

const table: [
  sentence: string,
  scene: Scene,
  edge: string,
  kind: PathClass,
  standing: Standing,
  why: RegExp,
][] = [
  [
    "a viewer inside a network goes to the edge in it",
    {},
    "isp-roma",
    "on-net",
    "up",
    /^on-net edge isp-roma, load 0\.31$/m,
  ],
  [
    "the network is named with the prefix",
    {},
    "isp-roma",
    "on-net",
    "up",
    /^prefix 127\.0\.1\.0\/24 → AS12874 Fastweb$/m,
  ],
  [
    "a silent edge is left for the one at the exchange, and the reason is said",
    { silence: { "isp-roma": 3_100 } },
    "ixp-roma",
    "exchange",
    "up",
    /^isp-roma is down: no heartbeat for 3\.1 s$/m,
  ],
  [
    "an edge is not down at 2.5 s of silence",
    { silence: { "isp-roma": 2_500 } },
    "isp-roma",
    "on-net",
    "up",
    /load/,
  ],
  [
    "an edge is down just beyond 2.5 s",
    { silence: { "isp-roma": 2_501 } },
    "ixp-roma",
    "exchange",
    "up",
    /is down/,
  ],
  [
    "a draining edge gets nobody new",
    { draining: ["isp-roma"] },
    "ixp-roma",
    "exchange",
    "up",
    /^isp-roma is draining$/m,
  ],
  [
    "a full edge spills over to the exchange",
    { loads: { "ixp-roma": 0.2, "isp-roma": 0.97 } },
    "ixp-roma",
    "exchange",
    "up",
    /^isp-roma is full: load 0\.97$/m,
  ],
  [
    "a full port is as bad as a full edge",
    { draining: ["isp-roma"], portOut: 990 },
    "ixp-roma",
    "exchange",
    "full",
    /AS12874's port at namex on the way to ixp-roma is full: load 0\.99/,
  ],
  [
    "a network that is no member reaches the exchange by transit",
    { address: "127.0.2.7" },
    "ixp-roma",
    "transit",
    "up",
    /AS3269 TIM/,
  ],
  [
    "another network's cache comes last among equal paths",
    { address: "127.0.2.7", loads: { "ixp-roma": 0.9, "isp-roma": 0 } },
    "ixp-roma",
    "transit",
    "up",
    /transit edge ixp-roma, load 0\.90/,
  ],
  [
    "another network's cache is still better than none",
    { address: "127.0.2.7", silence: { "ixp-roma": 9_000 } },
    "isp-roma",
    "transit",
    "up",
    /ixp-roma is down/,
  ],
  [
    "an unknown address gets an edge all the same",
    { address: "203.0.113.9" },
    "ixp-roma",
    "transit",
    "up",
    /^no network announces 203\.0\.113\.9/m,
  ],
  [
    "an unreadable address gets an edge all the same",
    { address: "nonsense" },
    "ixp-roma",
    "transit",
    "up",
    /could not be read/,
  ],
  [
    "when none is up the least bad is said to be that",
    { silence: { "isp-roma": 4_000, "ixp-roma": 4_000 } },
    "isp-roma",
    "on-net",
    "silent",
    /^no edge is up: isp-roma \(on-net\) is the least bad$/m,
  ],
  [
    "a draining edge is less bad than a silent one",
    { silence: { "isp-roma": 4_000 }, draining: ["ixp-roma"] },
    "ixp-roma",
    "exchange",
    "draining",
    /no edge is up: ixp-roma/,
  ],
  [
    "an edge that never spoke counts as up while the director is new",
    { loads: { "ixp-roma": 0.1 }, age: START_GRACE_MS },
    "isp-roma",
    "on-net",
    "up",
    /^on-net edge isp-roma, load not known yet$/m,
  ],
  [
    "after the grace one that never spoke stands behind those that did",
    { loads: { "ixp-roma": 0.1 }, age: START_GRACE_MS + 1 },
    "ixp-roma",
    "exchange",
    "up",
    /^isp-roma has sent no heartbeat yet$/m,
  ],
  [
    "and before those that are down",
    { loads: { "ixp-roma": 0.1 }, silence: { "ixp-roma": 3_000 } },
    "isp-roma",
    "on-net",
    "unproven",
    /no edge is better than isp-roma/,
  ],
  [
    "what a silent network told stands, and its age is said",
    { toldAgo: 12_000 },
    "isp-roma",
    "on-net",
    "up",
    /^AS12874 told this 12 s ago and is silent since$/m,
  ],
  [
    "a network at its limit is said to be",
    { limitMbps: 1_000, downMbps: 980 },
    "isp-roma",
    "on-net",
    "up",
    /^AS12874 is at its limit: 980 of 1000 Mb\/s$/m,
  ],
];

for (const [sentence, scene, edge, kind, standing, why] of table) {
  test(sentence, () => {
    const decision = play(scene);
    const [first] = decision.ranked;
    assert.deepEqual([first.id, first.class, first.standing], [edge, kind, standing]);
    assert.match(decision.why.join("\n"), why);
  });
}

test("the cohort is the place of the network, and unknown without one", () => {
  assert.equal(play({}).cohort, "it/fastweb");
  assert.equal(play({ address: "203.0.113.9" }).cohort, "unknown");
});

const twins: EdgeDeclaration[] = [
  { id: "ixp-a", at: "namex", url: "http://127.0.0.1:1", capacityMbps: 10_000 },
  { id: "ixp-b", at: "namex", url: "http://127.0.0.1:2", capacityMbps: 10_000 },
];

test("of two equal edges a session always gets the same one, and sessions spread evenly", () => {
  let first = 0;
  for (let n = 0; n < 1_000; n++) {
    const scene = {
      declared: twins,
      loads: { "ixp-a": 0.31, "ixp-b": 0.39 },
      session: `viewer-${n}`,
    };
    const [chosen] = play(scene).ranked;
    assert.equal(play(scene).ranked[0].id, chosen.id);
    if (chosen.id === "ixp-a") first += 1;
  }
  assert.ok(first > 430 && first < 570, `${first} of 1000`);
});

test("the less loaded of two edges goes first, from one step of load on", () => {
  assert.equal(
    play({ declared: twins, loads: { "ixp-a": 0.41, "ixp-b": 0.39 } }).ranked[0].id,
    "ixp-b",
  );
  assert.equal(
    play({ declared: twins, loads: { "ixp-a": 0.39, "ixp-b": 0.41 } }).ranked[0].id,
    "ixp-a",
  );
});

test("a viewer stays where it is while the other is hardly better", () => {
  const at = (a: number, b: number, current: string): string =>
    play({ declared: twins, loads: { "ixp-a": a, "ixp-b": b }, current }).ranked[0].id;
  assert.equal(at(0.45, 0.35, "ixp-a"), "ixp-a");
  assert.equal(at(0.55, 0.35, "ixp-a"), "ixp-b");
  assert.equal(at(0.35, 0.35, "ixp-b"), "ixp-b");
});

test("a viewer does not stay on a worse path or a silent edge", () => {
  assert.equal(play({ current: "ixp-roma" }).ranked[0].id, "isp-roma");
  assert.equal(
    play({ current: "isp-roma", silence: { "isp-roma": 5_000 } }).ranked[0].id,
    "ixp-roma",
  );
  assert.equal(play({ current: "no-such-edge" }).ranked[0].id, "isp-roma");
});

test("whatever the weather, every edge is in the answer once and the first is no worse than the rest", () => {
  const fate = fc.record({
    load: fc.option(fc.double({ min: 0, max: 2, noNaN: true })),
    silence: fc.nat(5_000),
    draining: fc.boolean(),
  });
  const weather = fc.record({
    fates: fc.tuple(fate, fate),
    address: fc.constantFrom("127.0.1.9", "127.0.2.9", "198.51.100.1", "?"),
    age: fc.nat(20_000),
    portOut: fc.nat(1_500),
    session: fc.string(),
  });
  const rank: Record<Standing, number> = {
    up: 0,
    unproven: 1,
    slow: 2,
    full: 3,
    draining: 4,
    silent: 5,
  };
  fc.assert(
    fc.property(weather, ({ fates, ...scene }) => {
      const loads: Record<string, number> = {};
      const silence: Record<string, number> = {};
      const draining: string[] = [];
      for (const [at, { id }] of edges.entries()) {
        const told = fates[at as 0 | 1];
        if (told.load !== null) loads[id] = told.load;
        silence[id] = told.silence;
        if (told.draining) draining.push(id);
      }
      const decision = play({ ...scene, loads, silence, draining });
      assert.deepEqual(decision.ranked.map((edge) => edge.id).sort(), ["isp-roma", "ixp-roma"]);
      const ranks = decision.ranked.map((edge) => rank[edge.standing]);
      assert.deepEqual(
        ranks,
        [...ranks].sort((a, b) => a - b),
      );
      assert.ok(decision.why.length >= 2);
    }),
    { seed: 4, numRuns: 2_000 },
  );
});
