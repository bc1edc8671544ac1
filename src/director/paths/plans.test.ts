import assert from "node:assert/strict";
import test from "node:test";
import { pathClasses } from "#protocol";
import fc from "fast-check";
import type { Topology } from "../topology.ts";
import {
  addressIn,
  at,
  CDN,
  contractOf,
  exchangeWord,
  FASTWEB,
  italy,
  type ModelInput,
  networkWord,
  TIM,
  topologyOf,
  WIND,
} from "./pathsFixture.ts";
import { PlanCache } from "./planCache.ts";
import type { RouteSource } from "./routeSource.ts";
import { ScriptedRoutes } from "./scriptedRoutes.ts";

const asns = [CDN, FASTWEB, TIM, WIND];
const addresses = ["93.40.1.1", "79.0.0.1", "151.1.1.1", "8.8.8.8"].map(addressIn);
const someAsn = fc.constantFrom(...asns);
const place = fc.constantFrom("it/roma", "it/milano", "it/bari");
const bilateral = fc.oneof(fc.constant("all" as const), fc.uniqueArray(someAsn));
const member = fc.record({ asn: someAsn, routeServer: fc.boolean(), bilateral });
const members = fc.uniqueArray(member, { selector: ({ asn }) => asn });
const exchange = (id: string) =>
  fc.record({ id: fc.constant(id), name: fc.constant(id), asn: fc.constant(1), place, members });
const edge = fc.record(
  {
    url: fc.constant("http://10.0.0.1"),
    asn: someAsn,
    at: fc.constantFrom("one", "two", "three"),
    in: someAsn,
    place,
    cost: fc.nat(300),
  },
  { requiredKeys: ["url", "asn"] },
);
const cost = fc.nat(1_000);
const models: fc.Arbitrary<ModelInput> = fc.record({
  places: fc.constant(italy.places),
  exchanges: fc.tuple(exchange("one"), exchange("two"), exchange("three")),
  networks: fc.constant(italy.networks),
  pnis: fc
    .array(fc.tuple(someAsn, someAsn), { maxLength: 3 })
    .map((pairs) =>
      pairs.map((between, n) => ({ id: `pni-${n}`, between, place: "it/roma", mbps: 100 })),
    ),
  edges: fc
    .array(edge, { minLength: 1, maxLength: 8 })
    .map((edges) => edges.map((one, n) => ({ ...one, id: `edge-${n}` }))),
  policy: fc.record({
    costs: fc.record(Object.fromEntries(pathClasses.map((name) => [name, cost]))),
    costPer100Km: fc.nat(40),
  }),
});
const footprints = fc.subarray(["93.32.0.0/12", "93.40.0.0/16", "79.0.0.0/10", "151.1.0.0/16"]);
const contracts = fc.array(fc.tuple(someAsn, footprints), { maxLength: 3 });

function plans(topology: Topology) {
  return addresses.map((address) => topology.planOf(topology.homeOf(address).home));
}

test("whatever the model, every edge is in the plan once or barred with a reason, in tiers of rising cost", () => {
  fc.assert(
    fc.property(models, contracts, (model, told) => {
      const topology = topologyOf(model);
      for (const [asn, prefixes] of told)
        topology.learnContract(`http://${asn}`, contractOf(asn, { a: prefixes }), at(0));
      for (const { tiers, barred } of plans(topology)) {
        const paths = tiers.flatMap((tier) => tier.paths);
        const seen = [...paths.map(({ edge: { id } }) => id), ...barred.map((one) => one.edge)];
        assert.deepEqual([...seen].sort(), topology.edges.map(({ id }) => id).sort());
        assert.ok(tiers.length > 0 && barred.every(({ why }) => why.length > 10));
        for (const [index, tier] of tiers.entries()) {
          assert.ok(tier.cost > (tiers[index - 1]?.cost ?? -1));
          for (const path of tier.paths) {
            assert.equal(path.cost, tier.cost);
            assert.equal(path.over[0], `edge/${path.edge.id}`);
            assert.equal(new Set(path.over).size, path.over.length);
            assert.ok(path.reason.length > 10);
          }
        }
      }
    }),
    { seed: 21, numRuns: 200 },
  );
});

/** The rank of each edge's class for each address. */
const ranks = (topology: Topology): Map<string, number>[] =>
  plans(topology).map(
    ({ tiers }) =>
      new Map(
        tiers.flatMap(({ paths }) =>
          paths.map((path) => [path.edge.id, pathClasses.indexOf(path.class)] as const),
        ),
      ),
  );

test("a class never gets better when a route is withdrawn, and is as before when it comes back", () => {
  const withdrawals = fc.record(
    {
      asn: someAsn,
      at: fc.constantFrom("one", "two", "three", "pni-0"),
      by: fc.constantFrom("pni" as const, "bilateral" as const, "route-server" as const),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(models, fc.array(withdrawals, { maxLength: 3 }), (model, lost) => {
      let script: ScriptedRoutes | undefined;
      const routes = (source: RouteSource) => (script = new ScriptedRoutes(source));
      const topology = topologyOf(model, { routes });
      const first = ranks(topology);
      const undo: (() => void)[] = [];
      let before = first;
      for (const what of lost) {
        undo.push(script?.withdraw(what) ?? (() => undefined));
        const now = ranks(topology);
        for (const [index, byEdge] of now.entries())
          for (const [id, rank] of byEdge) assert.ok(rank >= (before[index]?.get(id) ?? 0), id);
        before = now;
      }
      for (const announce of undo) announce();
      assert.deepEqual(ranks(topology), first);
    }),
    { seed: 22, numRuns: 150 },
  );
});

test("a class never gets better when a port or a member goes", () => {
  fc.assert(
    fc.property(models, fc.subarray(asns), fc.boolean(), (model, gone, down) => {
      const topology = topologyOf(model);
      const before = ranks(topology);
      for (const { id, members: all = [] } of model.exchanges ?? []) {
        const left = all.flatMap(({ asn }) => {
          if (!gone.includes(asn)) return [[asn, {}]];
          return down ? [[asn, { up: false }]] : [];
        });
        topology.learnExchange(`http://${id}`, exchangeWord(id, Object.fromEntries(left)), at(0));
      }
      for (const [index, byEdge] of ranks(topology).entries())
        for (const [id, rank] of byEdge) assert.ok(rank >= (before[index]?.get(id) ?? 0), id);
    }),
    { seed: 23, numRuns: 150 },
  );
});

test("what is kept is what would be worked out anew, whatever was told in between", () => {
  const word = fc.oneof(
    fc.record({
      kind: fc.constant("exchange" as const),
      id: fc.constantFrom("one", "two", "four"),
      up: fc.array(fc.tuple(someAsn, fc.boolean())),
    }),
    fc.record({
      kind: fc.constant("network" as const),
      asn: someAsn,
      limitMbps: fc.option(fc.constant(100)),
      pnis: fc.array(fc.tuple(someAsn, fc.boolean()), { maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant("contract" as const), asn: someAsn, prefixes: footprints }),
  );
  type Word = typeof word extends fc.Arbitrary<infer One> ? One : never;
  const tell = (topology: Topology, said: Word, seconds: number): void => {
    if (said.kind === "exchange") {
      const ports = Object.fromEntries(said.up.map(([asn, up]) => [asn, { up }]));
      topology.learnExchange(`http://${said.id}`, exchangeWord(said.id, ports), at(seconds));
    } else if (said.kind === "network") {
      const { asn, limitMbps } = said;
      const pnis = said.pnis.map(([other, up]) => ({
        ...{ id: `p${other}`, with: other, mbps: 10, inMbps: 0, up },
      }));
      topology.learnNetwork(`http://${asn}`, networkWord(asn, { limitMbps, pnis }), at(seconds));
    } else {
      const contract = contractOf(said.asn, { a: said.prefixes });
      topology.learnContract(`http://${said.asn}`, contract, at(seconds));
    }
  };
  const shown = (topology: Topology) =>
    plans(topology).map(({ tiers, barred }) => [
      barred,
      tiers.map(({ paths }) =>
        paths.map((path) => [path.edge.id, path.class, path.cost, path.over]),
      ),
    ]);
  fc.assert(
    fc.property(models, fc.array(word, { maxLength: 6 }), (model, words) => {
      const asked = topologyOf(model);
      const fresh = topologyOf(model);
      for (const [seconds, said] of words.entries()) {
        shown(asked);
        tell(asked, said, seconds);
        tell(fresh, said, seconds);
      }
      assert.deepEqual(shown(asked), shown(fresh));
    }),
    { seed: 24, numRuns: 150 },
  );
});

test("a plan is one object until what it depends on changes; loads change nothing", () => {
  const topology = topologyOf(italy);
  const [fastweb, tim, wind] = addresses.map((address) => topology.homeOf(address).home);
  assert.ok(fastweb && tim && wind);
  const before = [fastweb, tim, wind].map((home) => topology.planOf(home));
  const { version } = topology;
  const members = (outMbps: number, up: boolean) => ({
    ...{ [CDN]: {}, [FASTWEB]: {} },
    [WIND]: {
      port: { ...{ mbps: 9, inMbps: 0, outMbps, up }, link: { delayMs: 0, mbps: null } },
    },
  });
  topology.learnExchange("x", exchangeWord("namex", members(1, true)), at(0));
  topology.learnExchange("x", exchangeWord("namex", members(5, true)), at(1));
  assert.equal(topology.version, version);
  topology.learnExchange("x", exchangeWord("namex", members(5, false)), at(2));
  assert.ok(topology.version > version);
  const after = [fastweb, tim, wind].map((home) => topology.planOf(home));
  assert.deepEqual(
    after.map((plan, index) => plan === before[index]),
    [true, true, false],
  );
});

test("networks that meet nobody share one plan for each place", () => {
  const topology = topologyOf(italy);
  const stranger = (asn: number, place: string | null) =>
    topology.planOf({ asn, name: "", place, footprints: [] });
  assert.equal(stranger(64_500, null), stranger(64_501, null));
  assert.equal(stranger(64_500, "it/roma"), stranger(64_501, "it/roma"));
  assert.notEqual(stranger(64_500, "it/roma"), stranger(64_500, null));
  assert.notEqual(stranger(FASTWEB, null), stranger(WIND, null));
});

test("the cache forgets what was not asked for, and keeps the latest half", () => {
  const cache = new PlanCache(8);
  const make = () => ({ tiers: [], barred: [] });
  const fresh = { since: 0, now: 1 };
  const plans = Array.from({ length: 100 }, (_, key) => {
    const hot = cache.take("hot", fresh, make);
    const plan = cache.take(`${key}`, fresh, make);
    assert.ok(cache.size <= 9);
    assert.equal(cache.take("hot", fresh, make), hot, "what is asked for stays");
    return plan;
  });
  assert.equal(cache.take("99", fresh, make), plans[99]);
  assert.notEqual(cache.take("0", fresh, make), plans[0]);
  assert.notEqual(cache.take("99", { since: 2, now: 2 }, make), plans[99], "too old");
});

test("edges near a place are those of its networks and their exchanges; all, where none is", () => {
  const topology = topologyOf(italy);
  const near = (id: string) => topology.edgesNear(id).map((one) => one.id);
  assert.deepEqual(near("it/roma"), ["ixp-roma", "ixp-milano", "isp-roma"]);
  assert.deepEqual(
    near("it/milano"),
    topology.edges.map(({ id }) => id),
  );
  topology.learnExchange("x", exchangeWord("mix", { [CDN]: {}, [TIM]: {} }), at(0));
  assert.deepEqual(near("it/milano"), ["ixp-milano"]);
});
