import assert from "node:assert/strict";
import test from "node:test";
import { type Address, covers, parseAddress, parsePrefix, type Prefix } from "#network";
import fc from "fast-check";
import type { Footprint } from "./footprint.ts";
import {
  type Atlas,
  heldBy,
  holds,
  insideOf,
  intersected,
  type Region,
  resolveFootprints,
  tidied,
  united,
} from "./region.ts";

const prefix = (text: string): Prefix => parsePrefix(text) as Prefix;
const address = (text: string): Address => parseAddress(text) as Address;

// A small world: 10.x.y.0/24 belongs to network 1 + x % 3, in the country "it" when y is even; fd00::/16 to network 4.
const blocks = Array.from({ length: 16 }, (_, index) => ({
  prefix: prefix(`10.${index >> 2}.${index & 3}.0/24`),
  asn: 1 + ((index >> 2) % 3),
  country: index % 2 === 0 ? "it" : "fr",
}));
const six = { prefix: prefix("fd00::/16"), asn: 4, country: "it" };
const world = [...blocks, six];
const ownerOf = (of: Address): number | null =>
  world.find((block) => covers(block.prefix, of))?.asn ?? null;

const atlas: Atlas = {
  within: (of, asns) =>
    world
      .filter(({ asn }) => asns.has(asn))
      .flatMap((block) => {
        if (holds(of, block.prefix)) return [block.prefix];
        return holds(block.prefix, of) ? [of] : [];
      }),
  country: (code) => {
    const found = world.filter(({ country }) => country === code);
    return found.length > 0
      ? { prefixes: tidied(found.map((block) => block.prefix)), asns: [] }
      : null;
  },
  subdivision: (code) => (code === "it-rm" ? { prefixes: [], asns: [2] } : null),
};

const lies = (of: Address, region: Region): boolean =>
  region.prefixes.some((one) => covers(one, of)) || region.asns.includes(ownerOf(of) ?? -1);

/** The plain reading of the clauses, one address at a time. */
function meant(footprints: readonly Footprint[], of: Address): boolean {
  const one = (footprint: Footprint): boolean => {
    switch (footprint.type) {
      case "ipv4cidr":
      case "ipv6cidr":
        return footprint.prefixes.some((each) => covers(each, of));
      case "asn":
        return footprint.asns.includes(ownerOf(of) ?? -1);
      case "countrycode":
        return world.some(
          (block) => footprint.codes.includes(block.country) && covers(block.prefix, of),
        );
      case "subdivisioncode":
        return footprint.codes.includes("it-rm") && ownerOf(of) === 2;
      case "footprintunion":
        return footprint.footprints.some(one);
      default:
        return false;
    }
  };
  const types = new Set(footprints.map(({ type }) => type));
  return [...types].every((type) => footprints.some((each) => each.type === type && one(each)));
}

const v4 = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(255), fc.integer({ min: 6, max: 32 }))
  .map(([a, b, c, length]) => prefix(`10.${a}.${b}.${c}/${length}`));
const v6 = fc
  .tuple(fc.nat(3), fc.integer({ min: 8, max: 40 }))
  .map(([a, length]) => prefix(`fd0${a}::/${length}`));
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 4 });
const simple: fc.Arbitrary<Footprint> = fc.oneof(
  some(v4).map((prefixes) => ({ type: "ipv4cidr" as const, prefixes })),
  some(v6).map((prefixes) => ({ type: "ipv6cidr" as const, prefixes })),
  some(fc.integer({ min: 1, max: 5 })).map((asns) => ({ type: "asn" as const, asns })),
  some(fc.constantFrom("it", "fr", "de")).map((codes) => ({ type: "countrycode" as const, codes })),
  some(fc.constantFrom("it-rm", "it-mi")).map((codes) => ({
    type: "subdivisioncode" as const,
    codes,
  })),
);
const footprints = some(
  fc.oneof(
    simple,
    some(simple).map((inner) => ({ type: "footprintunion" as const, footprints: inner })),
  ),
);
const asked = [
  ...Array.from({ length: 64 }, (_, n) => address(`10.${n >> 4}.${(n >> 2) & 3}.${(n & 3) * 85}`)),
  ...["10.4.0.1", "11.0.0.1", "fd00::1", "fd01::1", "fd03:1::1", "2001:db8::1"].map(address),
];

test("footprints mean the addresses that a plain reading of the clauses gives", () => {
  fc.assert(
    fc.property(footprints, (value) => {
      const { region } = resolveFootprints(value, atlas);
      assert.ok(region);
      for (const of of asked) assert.equal(lies(of, region), meant(value, of), of.text);
    }),
    { seed: 64, numRuns: 2_000 },
  );
});

test("union and intersection of regions are those of their addresses, and tidy", () => {
  const region = fc
    .tuple(fc.array(fc.oneof(v4, v6), { maxLength: 6 }), fc.subarray([1, 2, 3, 4]))
    .map(([prefixes, asns]): Region => ({ prefixes: tidied(prefixes), asns }));
  fc.assert(
    fc.property(region, region, (a, b) => {
      const both = intersected(a, b, atlas);
      const either = united(a, b);
      for (const of of asked) {
        assert.equal(lies(of, both), lies(of, a) && lies(of, b), of.text);
        assert.equal(lies(of, either), lies(of, a) || lies(of, b), of.text);
      }
      for (const { prefixes } of [both, either]) {
        for (const [index, one] of prefixes.entries())
          assert.ok(!prefixes.some((other, at) => at !== index && holds(other, one)), one.text);
      }
    }),
    { seed: 65, numRuns: 1_000 },
  );
});

test("bisection finds what looking at every prefix finds", () => {
  const any = fc.oneof(v4, v6);
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), any, (texts, one) => {
      const prefixes = tidied(texts);
      assert.deepEqual(
        insideOf(one, prefixes),
        prefixes.filter((each) => holds(one, each)),
      );
      assert.equal(
        heldBy(one, prefixes),
        prefixes.some((each) => holds(each, one)),
      );
    }),
    { seed: 66, numRuns: 1_000 },
  );
});

test("no footprint is everywhere; IPv4 beside IPv6 is nowhere, and the union is the cure", () => {
  assert.deepEqual(resolveFootprints([], atlas), { region: null, problems: [] });
  const four: Footprint = { type: "ipv4cidr", prefixes: [prefix("10.0.0.0/24")] };
  const both: Footprint = { type: "ipv6cidr", prefixes: [prefix("fd00::/16")] };
  const beside = resolveFootprints([four, both], atlas);
  assert.deepEqual(beside.region, { prefixes: [], asns: [] });
  assert.match(beside.problems.join(), /footprintunion/);
  const joined = resolveFootprints([{ type: "footprintunion", footprints: [four, both] }], atlas);
  assert.equal(joined.region?.prefixes.length, 2);
  assert.deepEqual(joined.problems, []);
});

test("what the model cannot place is nowhere and told with the cure", () => {
  const { region, problems } = resolveFootprints(
    [{ type: "countrycode", codes: ["it", "de"] }],
    atlas,
  );
  assert.ok(region && region.prefixes.length > 0);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /de is.*place de\//);
  const strange = resolveFootprints([{ type: "unknown", name: "altopid", values: [] }], atlas);
  assert.deepEqual(strange.region, { prefixes: [], asns: [] });
  assert.match(strange.problems[0] ?? "", /altopid/);
});

test("ten thousand prefixes beside ten thousand networks are read in one pass", () => {
  const many = Array.from({ length: 10_000 }, (_, n) => prefix(`20.${n >> 8}.${n & 255}.0/24`));
  let asks = 0;
  const counting: Atlas = { ...atlas, within: () => ((asks += 1), []) };
  const asns = Array.from({ length: 10_000 }, (_, n) => n + 1);
  resolveFootprints(
    [
      { type: "ipv4cidr", prefixes: many },
      { type: "asn", asns },
    ],
    counting,
  );
  assert.equal(asks, 10_000);
});
