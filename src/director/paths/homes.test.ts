import assert from "node:assert/strict";
import test from "node:test";
import { type Address, covers, type Prefix, rangeOf } from "#network";
import fc from "fast-check";
import type { Topology } from "../topology.ts";
import {
  addressIn,
  at,
  contractOf,
  FASTWEB,
  italy,
  networkWord,
  prefixIn,
  TIM,
  topologyOf,
  WIND,
} from "./pathsFixture.ts";

const homeAt = (topology: Topology, address: string) => topology.homeOf(addressIn(address));
const rangeRow = (prefix: string, asn: number, name = `row ${asn}`) => ({
  ...rangeOf(prefixIn(prefix)),
  ...{ asn, name },
});

test("the longest prefix has the address, and names the network, its place and the prefix", () => {
  const topology = topologyOf(italy);
  const { home, prefix } = homeAt(topology, "93.40.1.1");
  assert.deepEqual(home, { asn: FASTWEB, name: "Fastweb", place: "it/roma", footprints: [] });
  assert.equal(prefix(), "93.32.0.0/11");
  const nobody = homeAt(topology, "8.8.8.8");
  assert.deepEqual(nobody.home, { asn: null, name: "unknown", place: null, footprints: [] });
  assert.equal(nobody.prefix(), null);
});

test("what a network tells goes before the model, that before tables; the longer prefix before all", () => {
  const topology = topologyOf(italy, { networks: ["http://a", "http://b"] });
  topology.takeRange(rangeRow("93.32.0.0/11", 1));
  topology.takeRange(rangeRow("93.40.0.0/16", 2, "second"));
  topology.takeRange(rangeRow("2001:db8::/32", 3));
  topology.tablesLoaded();
  const asn = (address: string) => homeAt(topology, address).home.asn;
  assert.deepEqual([asn("93.33.0.1"), asn("93.40.0.1"), asn("2001:db8::9")], [FASTWEB, 2, 3]);
  assert.equal(homeAt(topology, "93.40.0.1").home.name, "second");
  topology.learnNetwork("http://b", networkWord(TIM, { prefixes: ["93.32.0.0/11"] }), at(0));
  assert.equal(asn("93.33.0.1"), TIM);
  topology.learnNetwork("http://a", networkWord(WIND, { prefixes: ["93.32.0.0/11"] }), at(0));
  assert.equal(asn("93.33.0.1"), WIND, "listed first, though it spoke last");
  topology.learnNetwork("http://a", networkWord(WIND, { prefixes: [] }), at(1));
  topology.learnNetwork("http://b", networkWord(TIM, { prefixes: ["10.0.0.0/8"] }), at(1));
  assert.deepEqual(
    [asn("93.33.0.1"), asn("10.1.1.1")],
    [FASTWEB, TIM],
    "what was claimed falls back",
  );
});

test("equal claims, claims inside others' and claims against the tables are reported", () => {
  const topology = topologyOf(italy);
  topology.takeRange(rangeRow("79.0.0.0/10", 99));
  topology.takeRange(rangeRow("79.0.0.0/10", 98));
  topology.tablesLoaded();
  topology.learnNetwork(
    "http://w",
    networkWord(WIND, { prefixes: ["93.32.0.0/11", "79.1.0.0/16"] }),
    at(0),
  );
  topology.learnContract(
    "http://w",
    contractOf(WIND, { a: ["93.40.0.0/14", "79.0.0.0/10"] }),
    at(0),
  );
  topology.learnContract(
    "http://f",
    { ...contractOf(FASTWEB, { f: ["93.40.0.0/16", "79.0.0.0/10"] }), reports: ["not an ASN: x"] },
    at(0),
  );
  assert.deepEqual(topology.reports, [
    "not an ASN: x",
    "79.1.0.0/16 of AS1267 network 1267 lies inside 79.0.0.0/10 of AS3269 TIM: the longer prefix holds",
    "93.32.0.0/11 is claimed by AS1267 network 1267 and by AS12874 Fastweb: AS1267 network 1267 is the more trusted",
    "the footprint 79.0.0.0/10 is claimed by AS1267 network 1267 and by AS12874 Fastweb: AS1267 network 1267 is the more trusted",
    "the footprint 93.40.0.0/16 of AS12874 Fastweb lies inside 93.40.0.0/14 of AS1267 network 1267: the longer prefix holds",
    "79.0.0.0/10 is claimed by AS3269 TIM; the tables give it to AS99 row 99",
    "79.1.0.0/16 is claimed by AS1267 network 1267; the tables give it to AS99 row 99",
    "1 prefixes stand in the tables twice: the first row holds",
  ]);
});

test("a place is that of the longest placed prefix of the same network, else the network's own", () => {
  const topology = topologyOf({
    networks: [
      {
        ...{ asn: FASTWEB, name: "Fastweb" },
        prefixes: [
          { prefix: "93.32.0.0/11" },
          { prefix: "93.32.0.0/13", place: "it/roma" },
          { prefix: "93.40.0.0/13", place: "it/milano" },
        ],
      },
    ],
  });
  topology.takeRange(rangeRow("93.33.0.0/24", WIND));
  topology.tablesLoaded();
  const place = (address: string) => homeAt(topology, address).home.place;
  assert.deepEqual(["93.32.0.1", "93.40.0.1", "93.60.0.1", "93.33.0.1"].map(place), [
    "it/roma",
    "it/milano",
    null,
    null,
  ]);
  topology.learnNetwork(
    "http://f",
    networkWord(FASTWEB, { place: "it/bari", prefixes: ["93.32.0.0/11", "93.32.7.0/24"] }),
    at(0),
  );
  assert.deepEqual(["93.32.7.1", "93.40.0.1", "93.60.0.1"].map(place), [
    "it/roma",
    "it/milano",
    "it/bari",
  ]);
  assert.deepEqual([...topology.places], ["it/bari", "it/roma", "it/milano"]);
});

test("footprints that cover an address are its network's nested ones; another's longer one cuts them off", () => {
  const topology = topologyOf(italy);
  topology.learnContract(
    "http://f",
    contractOf(FASTWEB, {
      wide: ["93.32.0.0/11"],
      narrow: ["93.40.0.0/16"],
      same: ["93.40.0.0/16"],
    }),
    at(0),
  );
  topology.learnContract("http://w", contractOf(WIND, { guest: ["93.40.7.0/24"] }), at(0));
  const footprints = (address: string) => homeAt(topology, address).home.footprints;
  assert.deepEqual(footprints("93.32.0.1"), ["12874/wide"]);
  assert.deepEqual(footprints("93.40.0.1"), ["12874/narrow", "12874/same", "12874/wide"]);
  assert.deepEqual(footprints("93.40.7.1"), ["1267/guest"]);
  topology.learnContract("http://w", contractOf(WIND, {}), at(1));
  assert.deepEqual(footprints("93.40.7.1"), ["12874/narrow", "12874/same", "12874/wide"]);
  const whole = { id: "12874/whole", prefixes: [], asns: [TIM] };
  const contract = { ...contractOf(FASTWEB, {}), version: "2", footprints: [whole] };
  topology.learnContract("http://f", contract, at(2));
  assert.deepEqual(footprints("79.0.0.1"), ["12874/whole"]);
  assert.deepEqual(footprints("93.32.0.1"), []);
});

test("a footprint is believed on whose an address is where nobody else says anything", () => {
  const topology = topologyOf(italy);
  topology.learnContract(
    "http://f",
    contractOf(FASTWEB, { a: ["10.1.0.0/16", "79.0.0.0/12"] }),
    at(0),
  );
  const { home, prefix } = homeAt(topology, "10.1.2.3");
  assert.deepEqual([home.asn, prefix()], [FASTWEB, "10.1.0.0/16"]);
  assert.equal(homeAt(topology, "79.0.0.1").home.asn, TIM);
});

test("a home is one object until what it says changes", () => {
  const topology = topologyOf(italy);
  const tim = () => homeAt(topology, "79.0.0.1").home;
  const before = tim();
  assert.equal(homeAt(topology, "79.63.1.1").home, before);
  topology.learnNetwork("http://w", networkWord(WIND, { prefixes: ["151.0.0.0/11"] }), at(0));
  topology.learnContract("http://f", contractOf(FASTWEB, { a: ["93.32.0.0/12"] }), at(0));
  assert.equal(tim(), before);
  topology.learnNetwork("http://t", networkWord(TIM, { place: "it/bari" }), at(0));
  assert.equal(tim().place, "it/bari");
});

// Few leading bits, so that prefixes nest and collide.
const prefixes = fc
  .tuple(fc.constantFrom("10.0", "10.128", "93.32"), fc.nat(3), fc.integer({ min: 8, max: 26 }))
  .map(([head, third, length]) => prefixIn(`${head}.${third}.0/${length}`));
const words = fc.array(fc.tuple(prefixes, fc.constantFrom(FASTWEB, TIM, WIND)), { maxLength: 8 });
const addresses = fc
  .tuple(fc.constantFrom("10.0", "10.128", "93.32", "77.1"), fc.nat(3), fc.nat(255))
  .map(([head, third, last]) => addressIn(`${head}.${third}.${last}`));

/** The plain reading: look at all in the order of trust, keep the longest. */
function naive(claims: readonly (readonly [Prefix, number])[], address: Address): number | null {
  let best: readonly [Prefix, number] | null = null;
  for (const claim of claims)
    if (covers(claim[0], address) && (!best || claim[0].length > best[0].length)) best = claim;
  return best?.[1] ?? null;
}

test("homes agree with looking at every claim, whatever came, went and came again", () => {
  const rounds = fc.array(fc.record({ first: words, second: words }), {
    minLength: 1,
    maxLength: 5,
  });
  const parts = fc.record({ rounds, model: words, rows: words, asked: fc.array(addresses) });
  fc.assert(
    fc.property(parts, ({ rounds, model, rows, asked }) => {
      const written = [FASTWEB, TIM, WIND].map((asn) => ({
        ...{ asn, name: `${asn}` },
        prefixes: model
          .filter(([, owner]) => owner === asn)
          .map(([{ text }]) => ({ prefix: text })),
      }));
      const topology = topologyOf({ networks: written }, { networks: ["first", "second"] });
      for (const [prefix, asn] of rows) topology.takeRange({ ...rangeOf(prefix), asn, name: "" });
      topology.tablesLoaded();
      // A prefix that several networks of one model have belongs to the first of these.
      const inModel = [FASTWEB, TIM, WIND].flatMap((asn) =>
        model.filter(([, owner]) => owner === asn),
      );
      for (const round of rounds) {
        const told: (readonly [Prefix, number])[] = [];
        for (const source of ["first", "second"] as const) {
          const asn = round[source][0]?.[1] ?? WIND;
          const mine = round[source].map(([prefix]) => prefix);
          topology.learnNetwork(
            source,
            networkWord(asn, { prefixes: mine.map(({ text }) => text) }),
            at(0),
          );
          for (const prefix of mine) told.push([prefix, asn]);
        }
        for (const address of asked) {
          const { home, prefix } = topology.homeOf(address);
          assert.equal(home.asn, naive([...told, ...inModel, ...rows], address));
          const by = prefix();
          if (by !== null) assert.ok(covers(prefixIn(by), address));
        }
      }
    }),
    { seed: 11, numRuns: 150 },
  );
});

test("an update of one network's prefixes leaves the tables alone", () => {
  const topology = topologyOf(italy);
  for (let row = 0; row < 20_000; row++) {
    const head = `${20 + (row >> 12)}.${(row >> 4) & 255}.${(row & 15) * 16}`;
    topology.takeRange(rangeRow(`${head}.0/20`, 1 + (row % 5_000)));
  }
  topology.tablesLoaded();
  const before = topology.tables.prefixes[4];
  topology.learnNetwork("http://w", networkWord(WIND, { prefixes: ["20.0.0.0/24"] }), at(0));
  assert.equal(homeAt(topology, "20.0.0.1").home.asn, WIND);
  assert.equal(homeAt(topology, "20.0.1.1").home.asn, 1);
  topology.learnNetwork("http://w", networkWord(WIND, { prefixes: [] }), at(1));
  assert.equal(homeAt(topology, "20.0.0.1").home.asn, 1);
  assert.equal(topology.tables.prefixes[4], before);
});
