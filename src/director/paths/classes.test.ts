import assert from "node:assert/strict";
import test from "node:test";
import type { PathClass } from "#protocol";
import { ScriptedRoutes } from "./scriptedRoutes.ts";
import type { RouteSource } from "./routeSource.ts";
import {
  addressIn,
  at,
  CDN,
  contractOf,
  exchangeWord,
  FASTWEB,
  italy,
  modelWith,
  networkWord,
  pathTo,
  TIM,
  topologyOf,
  WIND,
} from "./pathsFixture.ts";
import type { Topology } from "../topology.ts";

const fastweb = "93.40.1.1";
const tim = "79.1.2.3";
const wind = "151.1.1.1";

function says(topology: Topology, address: string, edge: string): [PathClass, string] {
  const { class: kind, reason } = pathTo(topology, address, edge);
  return [kind, reason];
}

test("each class is found, with its reason in a sentence", () => {
  const topology = topologyOf({
    ...italy,
    pnis: [{ id: "pni-1", between: [TIM, CDN], place: "it/milano", mbps: 1_000 }],
  });
  const table: [string, string, PathClass, string][] = [
    [fastweb, "isp-roma", "on-net", "isp-roma stands in AS12874 Fastweb"],
    [tim, "ixp-roma", "pni", "PNI pni-1 in Milano joins AS51185 and AS3269 TIM"],
    [
      fastweb,
      "ixp-milano",
      "exchange",
      "AS51185 and AS12874 Fastweb peer with each other at MIX, where ixp-milano stands",
    ],
    [
      wind,
      "ixp-roma",
      "exchange-rs",
      "AS51185 and AS1267 Wind meet through the route server of Namex, where ixp-roma stands",
    ],
    [
      wind,
      "ixp-milano",
      "exchange-remote",
      "AS51185 and AS1267 Wind meet at Namex, and ixp-milano stands at MIX",
    ],
    [
      wind,
      "cloud",
      "exchange-remote",
      "AS51185 and AS1267 Wind meet at Namex, and cloud stands at no exchange",
    ],
    [
      "8.8.8.8",
      "ixp-roma",
      "transit",
      "AS51185 and the viewer's network meet nowhere that is known",
    ],
  ];
  for (const [address, edge, kind, reason] of table)
    assert.deepEqual(says(topology, address, edge), [kind, reason], `${address} to ${edge}`);
});

test("a cache in another network comes last, whatever its class, and says so", () => {
  const topology = topologyOf({ ...italy, edges: (italy.edges ?? []).toReversed() });
  const { home } = topology.homeOf(addressIn(wind));
  const { tiers, barred } = topology.planOf(home);
  assert.deepEqual(barred, []);
  assert.deepEqual(
    tiers.at(-1)?.paths.map(({ edge }) => edge.id),
    ["isp-roma"],
  );
  assert.match(pathTo(topology, wind, "isp-roma").reason, /a cache in AS12874 Fastweb serves/);
});

test("a session needs one side's word; the route server needs both", () => {
  const withMembers = (members: NonNullable<typeof italy.exchanges>[number]["members"]) =>
    topologyOf({ ...italy, exchanges: [{ ...(italy.exchanges ?? [])[0], members } as never] });
  const kind = (members: Parameters<typeof withMembers>[0]): PathClass =>
    pathTo(withMembers(members), wind, "ixp-roma").class;
  const no = { routeServer: false };
  assert.equal(
    kind([
      { asn: CDN, ...no, bilateral: [WIND] },
      { asn: WIND, ...no },
    ]),
    "exchange",
  );
  assert.equal(
    kind([
      { asn: CDN, ...no },
      { asn: WIND, ...no, bilateral: "all" },
    ]),
    "exchange",
  );
  assert.equal(kind([{ asn: CDN }, { asn: WIND }]), "exchange-rs");
  assert.equal(kind([{ asn: CDN }, { asn: WIND, ...no }]), "transit");
  assert.equal(
    kind([
      { asn: CDN, ...no, bilateral: [TIM] },
      { asn: WIND, ...no },
    ]),
    "transit",
  );
  assert.equal(
    kind([{ asn: WIND, bilateral: "all" }]),
    "transit",
    "the edge's network is no member",
  );
});

test("what is full on the way is named: both ports by direction, the PNI, limits", () => {
  const topology = topologyOf({
    ...italy,
    pnis: [{ id: "pni-1", between: [CDN, TIM], place: "it/milano", mbps: 1_000 }],
  });
  topology.learnNetwork("http://tim", networkWord(TIM, { limitMbps: 800 }), at(0));
  topology.learnContract(
    "http://fastweb",
    contractOf(FASTWEB, { roma: ["93.32.0.0/12"] }, [
      { id: "limit/12874/roma", mbps: 500, footprints: ["12874/roma"] },
      { id: "limit/12874/all", mbps: 900, footprints: [] },
      { id: "limit/12874/off", mbps: null, footprints: [] },
    ]),
    at(0),
  );
  const over = (address: string, edge: string) => pathTo(topology, address, edge).over;
  assert.deepEqual(over(tim, "ixp-roma"), ["edge/ixp-roma", "pni/pni-1", "limit/3269/network"]);
  assert.deepEqual(over(fastweb, "ixp-roma"), [
    "edge/ixp-roma",
    "port/namex/51185/in",
    "port/namex/12874/out",
  ]);
});

test("a contract's limits are on the network's own caches, for whom they are about; its total is on every way", () => {
  const topology = topologyOf(italy);
  topology.learnNetwork("http://fastweb", networkWord(FASTWEB, { limitMbps: 800 }), at(0));
  const contract = contractOf(FASTWEB, { roma: ["93.32.0.0/12"] }, [
    { id: "limit/12874/roma", mbps: 500, footprints: ["12874/roma"] },
    { id: "limit/12874/all", mbps: 900, footprints: [] },
    { id: "limit/12874/off", mbps: null, footprints: [] },
  ]);
  const footprints = contract.footprints.map((one) => ({ ...one, serves: false }));
  topology.learnContract("http://fastweb", { ...contract, footprints }, at(0));
  const limits = (address: string, edge: string) =>
    pathTo(topology, address, edge).over.filter((id) => id.startsWith("limit/"));
  const total = "limit/12874/network";
  assert.deepEqual(limits(fastweb, "isp-roma"), [total, "limit/12874/roma", "limit/12874/all"]);
  assert.deepEqual(limits("93.50.0.1", "isp-roma"), [total, "limit/12874/all"]);
  for (const { id, in: inside } of topology.edges)
    if (inside !== FASTWEB) assert.deepEqual(limits(fastweb, id), [total], id);
  // Whoever else is served by those caches fills them too, and passes nothing of the network's own.
  assert.deepEqual(limits(tim, "isp-roma"), ["limit/12874/all"]);
});

test("a port or a PNI that is down is no way, and the longer path says so", () => {
  const topology = topologyOf(italy);
  const port = { up: false };
  topology.learnExchange(
    "x",
    exchangeWord("namex", { [CDN]: {}, [FASTWEB]: port, [WIND]: {} }),
    at(0),
  );
  assert.deepEqual(says(topology, fastweb, "ixp-roma"), [
    "exchange-remote",
    "AS51185 and AS12874 Fastweb meet at MIX, and ixp-roma stands at Namex; AS12874 Fastweb's port at Namex is down",
  ]);
  assert.equal(pathTo(topology, wind, "ixp-roma").class, "exchange-rs");
  topology.learnExchange(
    "x",
    exchangeWord("namex", { [CDN]: port, [FASTWEB]: {}, [WIND]: {} }),
    at(1),
  );
  assert.equal(pathTo(topology, wind, "ixp-roma").class, "transit");
  const pnis = [{ id: "p", with: CDN, mbps: 10, inMbps: 1, up: true }];
  topology.learnNetwork("w", networkWord(WIND, { name: "Wind", pnis }), at(2));
  assert.deepEqual(pathTo(topology, wind, "ixp-roma").over, ["edge/ixp-roma", "pni/1267.p"]);
  const lost = pnis.map((pni) => ({ ...pni, up: false }));
  topology.learnNetwork("w", networkWord(WIND, { name: "Wind", pnis: lost }), at(3));
  assert.match(pathTo(topology, wind, "ixp-roma").reason, /PNI 1267\.p is down; AS51185's port/);
});

test("an exchange's own word on members stands; sessions that it does not tell are as written", () => {
  const topology = topologyOf(italy);
  topology.learnExchange("x", exchangeWord("namex", { [CDN]: {}, [WIND]: {} }), at(0));
  assert.equal(
    pathTo(topology, fastweb, "ixp-roma").class,
    "exchange-remote",
    "no member any more",
  );
  assert.equal(pathTo(topology, wind, "ixp-roma").class, "exchange-rs", "as the model has it");
  const open = { [CDN]: { bilateral: [WIND] }, [WIND]: {} };
  topology.learnExchange("x", exchangeWord("namex", open), at(1));
  assert.equal(pathTo(topology, wind, "ixp-roma").class, "exchange");
  topology.learnExchange("new", exchangeWord("voix", { [CDN]: {}, [TIM]: {} }), at(2));
  assert.equal(
    pathTo(topology, tim, "cloud").class,
    "exchange-remote",
    "an exchange that nobody wrote down counts, and there members are open",
  );
});

test("of two sources that speak for one exchange the first is heard, and that is reported", () => {
  const topology = topologyOf(italy);
  topology.learnExchange("a", exchangeWord("namex", { [CDN]: {}, [WIND]: {} }), at(0));
  topology.learnExchange("b", exchangeWord("namex", {}), at(0));
  assert.equal(pathTo(topology, wind, "ixp-roma").class, "exchange-rs");
  assert.match(topology.reports.join(), /b speaks for the exchange namex/);
  topology.learnExchange("a", exchangeWord("other", {}), at(1));
  topology.learnExchange("b", exchangeWord("namex", { [CDN]: {} }), at(1));
  assert.equal(pathTo(topology, wind, "ixp-roma").class, "transit");
  assert.deepEqual(topology.reports, []);
});

test("an edge of which nobody said whose it is counts as every member's peer where it stands", () => {
  const edges = [{ id: "old", at: "namex", url: "http://10.0.0.9", capacityMbps: 1 }];
  const topology = topologyOf({ ...italy, edges: [] }, { edges });
  const { class: kind, over, reason } = pathTo(topology, wind, "old");
  assert.deepEqual([kind, over], ["exchange", ["edge/old", "port/namex/1267/out"]]);
  assert.match(reason, /AS1267 Wind and its peers peer/);
});

test("a contract that names footprints offers its caches to them alone (RFC 8008 5)", () => {
  const topology = topologyOf(italy);
  const learn = (footprints: Record<string, string[]>, seconds: number) =>
    topology.learnContract("http://fastweb", contractOf(FASTWEB, footprints), at(seconds));
  learn({ a: ["93.32.0.0/12"] }, 0);
  const barredFor = (address: string) =>
    topology.planOf(topology.homeOf(addressIn(address)).home).barred.map(({ edge }) => edge);
  assert.equal(pathTo(topology, fastweb, "isp-roma").class, "on-net");
  assert.deepEqual(barredFor("93.50.0.1"), ["isp-roma"], "its own viewers outside");
  assert.deepEqual(barredFor(wind), ["isp-roma"], "another's viewers");
  learn({ a: ["93.32.0.0/12"], guests: ["151.0.0.0/11"] }, 1);
  assert.deepEqual(barredFor(wind), []);
  const guest = pathTo(topology, wind, "isp-roma");
  assert.equal(topology.homeOf(addressIn(wind)).home.asn, WIND, "a guest stays who it is");
  assert.ok(guest.cost > pathTo(topology, wind, "cloud").cost, "and comes last");
  learn({}, 2);
  assert.deepEqual(barredFor("93.50.0.1"), [], "without footprints the whole network is served");
});

test("where every edge is barred they are the last resort, and say so", () => {
  const edges = (italy.edges ?? []).filter(({ id }) => id === "isp-roma");
  const topology = topologyOf({ ...italy, edges });
  topology.learnContract("http://f", contractOf(FASTWEB, { a: ["93.32.0.0/12"] }), at(0));
  const { tiers, barred } = topology.planOf(topology.homeOf(addressIn(wind)).home);
  assert.deepEqual([tiers.length, barred], [1, []]);
  assert.match(
    tiers[0]?.paths[0]?.reason ?? "",
    /nothing else is left, though the contract of AS12874/,
  );
});

test("a withdrawn route leaves the next class until it is announced again", () => {
  let script: ScriptedRoutes | undefined;
  const routes = (model: RouteSource) => (script = new ScriptedRoutes(model));
  const topology = topologyOf(italy, { routes });
  const kind = () => pathTo(topology, fastweb, "ixp-roma").class;
  assert.equal(kind(), "exchange");
  const before = topology.version;
  const namex = script?.withdraw({ asn: FASTWEB, at: "namex" });
  assert.ok(topology.version > before);
  assert.equal(kind(), "exchange-remote");
  const all = script?.withdraw({ asn: FASTWEB });
  assert.equal(kind(), "transit");
  namex?.();
  assert.equal(kind(), "transit");
  all?.();
  all?.();
  assert.equal(kind(), "exchange");
});

test("cost is the class's, the edge's own and the way's, rounded; equal costs are one tier", () => {
  const topology = topologyOf({
    ...italy,
    policy: { costs: { "exchange-remote": 21 }, costPer100Km: 2 },
    edges: [
      ...(italy.edges ?? []),
      { id: "dear", url: "http://10.0.0.5", asn: CDN, at: "namex", cost: 10 },
      { id: "twin", url: "http://10.0.0.6", asn: CDN, at: "namex" },
    ],
  });
  const { tiers } = topology.planOf(topology.homeOf(addressIn(fastweb)).home);
  assert.deepEqual(
    tiers.map(({ cost, paths }) => [cost, paths.map(({ edge }) => edge.id)]),
    [
      [0, ["isp-roma"]],
      [20, ["ixp-roma", "twin"]],
      // Rome to Milan are 477 km.
      [30, ["dear", "ixp-milano"]],
      [31, ["cloud"]],
    ],
  );
});

test("a place without coordinates is no distance away, nor is the same place", () => {
  const networks = [
    { asn: WIND, name: "Wind", place: "it/bari", prefixes: [{ prefix: "151.0.0.0/11" }] },
  ];
  const topology = topologyOf({ ...italy, networks });
  assert.equal(pathTo(topology, wind, "ixp-roma").cost, 25);
  assert.equal(pathTo(topology, wind, "cloud").cost, 50);
});

test("measures tell both ends of ports, PNIs and limits, and when each was told", () => {
  const topology = topologyOf({
    ...italy,
    exchanges: [],
    networks: [{ asn: TIM, name: "TIM", limitMbps: 700 }],
    pnis: [{ id: "pni-1", between: [CDN, TIM], place: "it/milano", mbps: 1_000 }],
  });
  const link = { delayMs: 0, mbps: null };
  const port = { mbps: 2_000, inMbps: 3, outMbps: 4, link, up: false };
  topology.learnExchange("x", exchangeWord("namex", { [CDN]: { port } }), at(5));
  const pnis = [{ id: "pni-1", with: CDN, mbps: 900, inMbps: 80 }];
  const access = { link, downMbps: 60, upMbps: 1, connections: 2 };
  const measures = () =>
    [...topology.measures()].map(({ measure, toldAt }) => {
      const { id, capacityMbps, usedMbps, up } = measure;
      return [id, capacityMbps, usedMbps, up, toldAt];
    });
  assert.deepEqual(measures().slice(2), [
    ["pni/pni-1", 1_000, null, true, null],
    ["limit/3269/network", 700, null, true, null],
  ]);
  topology.learnNetwork("t", networkWord(TIM, { pnis, access, limitMbps: 650 }), at(6));
  topology.learnContract(
    "t",
    contractOf(TIM, { a: ["79.0.0.0/10"] }, [
      { id: "limit/3269/all", mbps: 600, softMbps: 475, footprints: [] },
      { id: "limit/3269/part", mbps: 50, footprints: ["3269/a"] },
      { id: "limit/3269/seen", mbps: 50, usedMbps: 7, footprints: ["3269/a"] },
    ]),
    at(7),
  );
  assert.deepEqual(measures(), [
    ["port/namex/51185/in", 2_000, 3, false, 5],
    ["port/namex/51185/out", 2_000, 4, false, 5],
    ["pni/pni-1", 900, 80, true, 6],
    ["limit/3269/network", 650, 60, true, 6],
    // Full at 0.95 of it: at the soft mark.
    ["limit/3269/all", 500, null, true, 7],
    ["limit/3269/part", 50, null, true, 7],
    ["limit/3269/seen", 50, 7, true, 7],
  ]);
});

test("a model in which nothing is written has one answer to everybody: transit to the edges given", () => {
  const edges = [{ id: "only", url: "http://10.0.0.1", capacityMbps: 1 }];
  const topology = topologyOf({}, { edges });
  assert.deepEqual(says(topology, "8.8.8.8", "only"), [
    "transit",
    "the edge's network and the viewer's network meet nowhere that is known",
  ]);
  assert.equal(modelWith({}).policy.costs.transit, pathTo(topology, "8.8.8.8", "only").cost);
});
