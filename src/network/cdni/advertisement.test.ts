import assert from "node:assert/strict";
import test from "node:test";
import { numbersOf, RegistaError } from "#base";
import { parsePrefix, type Prefix } from "#network";
import fc from "fast-check";
import { readAdvertisement, writeAdvertisement } from "./advertisement.ts";
import type { Footprint } from "./footprint.ts";
import { CAPABILITIES_LIMIT, VALUES_LIMIT } from "./limits.ts";

const prefix = (text: string): Prefix => {
  const found = parsePrefix(text);
  assert.ok(found, text);
  return found;
};

/** Plain objects, as a reader makes them. */
const record = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record<T>(model, { noNullPrototype: true });

const ipv4 = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 8, max: 32 }))
  .map(([a, b, c, length]) => prefix(`${a}.${b}.${c}.0/${length}`));
const ipv6 = fc
  .tuple(fc.nat(65_535), fc.integer({ min: 16, max: 128 }))
  .map(([group, length]) => prefix(`2001:db8:${group.toString(16)}::/${length}`));
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 4 });
const plain: fc.Arbitrary<Footprint> = fc.oneof(
  some(ipv4).map((prefixes) => ({ type: "ipv4cidr" as const, prefixes })),
  some(ipv6).map((prefixes) => ({ type: "ipv6cidr" as const, prefixes })),
  some(fc.integer({ min: 1, max: 4_294_967_295 })).map((asns) => ({ type: "asn" as const, asns })),
  some(fc.constantFrom("it", "fr")).map((codes) => ({ type: "countrycode" as const, codes })),
  some(fc.constantFrom("it-rm", "us-ny")).map((codes) => ({
    type: "subdivisioncode" as const,
    codes,
  })),
  fc.constant({ type: "unknown" as const, name: "altopid", values: ["pid-1"] }),
);
const footprint = fc.oneof(
  plain,
  some(plain).map((footprints) => ({ type: "footprintunion" as const, footprints })),
);
const name = fc.stringMatching(/^[\w~/-]{1,12}$/);
const whole = fc.nat(10 ** 12);
const maybe = <Name extends string, T>(key: Name, one: fc.Arbitrary<T>) =>
  fc.oneof(
    fc.constant({}),
    one.map((value) => ({ [key]: value }) as Partial<Record<Name, T>>),
  );
const limit = fc
  .tuple(
    fc.constantFrom("egress", "requests", "sessions", "furlongs"),
    whole,
    maybe("current", whole),
    maybe("scope", record({ type: fc.constant("published-host"), values: some(name) })),
    maybe("telemetrySource", record({ id: name, metric: name })),
    fc.boolean(),
  )
  .map(([limitType, maximumHard, current, scope, source, soft]) => ({
    limitType,
    maximumHard,
    ...current,
    ...scope,
    ...source,
    ...(soft && { maximumSoft: Math.floor(maximumHard / 2) }),
  }));
const source = record({
  id: name,
  type: fc.constant("generic"),
  metrics: some(
    fc
      .tuple(name, maybe("timeGranularity", whole), maybe("dataPercentile", fc.nat(100)))
      .map(([metric, granularity, percentile]) => ({
        name: metric,
        ...granularity,
        ...percentile,
      })),
  ),
});
const capability = fc
  .tuple(
    fc.oneof(
      some(name).map((protocols) => ({ type: "FCI.DeliveryProtocol" as const, protocols })),
      fc
        .array(limit, { maxLength: 3 })
        .map((limits) => limits.map((each, index) => ({ id: `limit-${index}`, ...each })))
        .map((limits) => ({ type: "FCI.CapacityLimits" as const, limits })),
      fc
        .array(source, { maxLength: 2 })
        .map((sources) => ({ type: "FCI.Telemetry" as const, sources })),
      fc.constant({ type: "unknown" as const, name: "FCI.RedirectionMode", value: { a: [1] } }),
    ),
    fc.array(footprint, { maxLength: 3 }),
  )
  .map(([ability, footprints]) => ({ ...ability, footprints }));
const advertisement = record({
  vtag: fc.option(record({ resourceId: name, tag: name })),
  capabilities: fc.array(capability, { maxLength: 4 }),
});

test("what is written is read back as it was, whatever it holds", () => {
  fc.assert(
    fc.property(advertisement, (value) => {
      assert.deepEqual(readAdvertisement(writeAdvertisement(value)), value);
    }),
    { seed: 61, numRuns: 500 },
  );
});

const limitsOf = (limits: unknown, footprints: unknown = []) => ({
  "capability-type": "FCI.CapacityLimits",
  "capability-value": { limits },
  footprints,
});
const within = (...capabilities: unknown[]): string =>
  JSON.stringify({ "cdni-advertisement": { "capabilities-with-footprints": capabilities } });
const one = { "limit-type": "egress", "maximum-hard": 800_000_000 };
const named = (type: string, ...values: unknown[]) => ({
  "footprint-type": type,
  "footprint-value": values,
});

test("the plain array of RFC 8008 and null footprints are read too, and unknown fields are ignored", () => {
  const text = JSON.stringify({ capabilities: [{ ...limitsOf([one], null), weather: "fine" }] });
  const [read] = readAdvertisement(text).capabilities;
  assert.deepEqual(read, {
    type: "FCI.CapacityLimits",
    limits: [{ limitType: "egress", maximumHard: 800_000_000 }],
    footprints: [],
  });
});

test("a refusal names the place by JSON pointer, and the cure", () => {
  const at = "/cdni-advertisement/capabilities-with-footprints";
  const inFootprint = (footprint: unknown) => within(limitsOf([one], [footprint]));
  const cases: [string, string, RegExp][] = [
    ["{}", "the top", /cdni-advertisement/],
    ["[]", "the top", /object/],
    [within(5), `${at}/0`, /object/],
    [within({ "capability-type": "FCI.CapacityLimits" }), `${at}/0`, /capability-value/],
    [within(limitsOf([{ ...one, "maximum-hard": 1.5 }])), "limits/0/maximum-hard", /digits/],
    [within(limitsOf([{ ...one, "maximum-hard": "8" }])), "limits/0/maximum-hard", /digits/],
    [within(limitsOf([{ ...one, "maximum-hard": 2 ** 60 }])), "limits/0/maximum-hard", /digits/],
    [within(limitsOf([{ ...one, "maximum-soft": 900_000_000 }])), "maximum-soft", /below/],
    [within(limitsOf([{ "limit-type": "egress" }])), "limits/0", /maximum-hard/],
    [
      within(
        limitsOf([
          { ...one, id: "a" },
          { ...one, id: "a" },
        ]),
      ),
      "limits/1",
      /of its own/,
    ],
    [within(limitsOf([{ ...one, scope: { type: "x" } }])), "limits/0/scope", /published-host/],
    [within(limitsOf([{ ...one, "telemetry-source": 5 }])), "telemetry-source", /object/],
    [inFootprint(named("ipv4cidr", "192.0.2.0/33")), "footprint-value/0", /192\.0\.2\.0\/24/],
    [inFootprint(named("ipv4cidr", "2001:db8::/32")), "footprint-value/0", /ipv6cidr/],
    [inFootprint(named("ipv6cidr", "192.0.2.0/24")), "footprint-value/0", /ipv4cidr/],
    [inFootprint(named("asn", "AS64496")), "footprint-value/0", /as64496/],
    [inFootprint(named("asn", "as0")), "footprint-value/0", /as64496/],
    [inFootprint(named("asn", "as4294967296")), "footprint-value/0", /as64496/],
    [inFootprint(named("countrycode", "IT")), "footprint-value/0", /lower case/],
    [inFootprint(named("subdivisioncode", "it_rm")), "footprint-value/0", /it-rm/],
    [inFootprint(named("countrycode")), "footprints/0/footprint-value", /names nobody/],
    [inFootprint({ "footprint-type": "asn" }), "footprints/0", /footprint-value/],
    [
      inFootprint(named("footprintunion", named("footprintunion", named("asn", "as1")))),
      "footprints/0/footprint-value/0",
      /beside/,
    ],
    [
      within({
        "capability-type": "FCI.Telemetry",
        "capability-value": {
          sources: [{ id: "a", type: "generic", metrics: [{ name: "b", "data-percentile": 101 }] }],
        },
      }),
      "data-percentile",
      /0 to 100/,
    ],
  ];
  for (const [text, place, cure] of cases) {
    assert.throws(
      () => readAdvertisement(text),
      (error) => {
        assert.ok(error instanceof RegistaError, text);
        assert.equal(error.code, "cdni/wrong-shape", text);
        assert.ok(String(error.facts["place"]).endsWith(place), `${error.message} | ${place}`);
        assert.match(error.cure, cure);
        return true;
      },
    );
  }
  assert.throws(() => readAdvertisement("{"), /not JSON/);
});

test("at its limits an advertisement is read, beyond them refused", () => {
  const many = (count: number) => within(...Array.from({ length: count }, () => limitsOf([one])));
  assert.equal(readAdvertisement(many(CAPABILITIES_LIMIT)).capabilities.length, CAPABILITIES_LIMIT);
  assert.throws(() => readAdvertisement(many(CAPABILITIES_LIMIT + 1)), /more than 256 elements/);
  const values = (count: number) =>
    within(limitsOf([one], [named("asn", ...Array.from({ length: count }, () => "as1"))]));
  assert.doesNotThrow(() => readAdvertisement(values(VALUES_LIMIT)));
  assert.throws(() => readAdvertisement(values(VALUES_LIMIT + 1)), /more than/);
  const half = named("asn", ...Array.from({ length: VALUES_LIMIT / 2 }, () => "as1"));
  assert.throws(
    () => readAdvertisement(within(limitsOf([one], [half, half, named("asn", "as1")]))),
    /more than 20000 values/,
  );
});

test("ten thousand mutilated advertisements are read or refused with a code, and never anything else", () => {
  const whole = writeAdvertisement({
    vtag: { resourceId: "cdni", tag: "1" },
    capabilities: fc.sample(capability, { seed: 62, numRuns: 8 }),
  });
  const pick = numbersOf(63);
  const pieces = [
    '"',
    "{",
    "}",
    "[",
    "]",
    "null",
    "-1",
    "1e99",
    "as1",
    "/33",
    ",",
    "true",
    "\\u0000",
  ];
  let refused = 0;
  for (let round = 0; round < 10_000; round += 1) {
    let text = whole;
    for (let change = pick(3); change >= 0; change -= 1) {
      const at = pick(text.length);
      const piece = pieces[pick(pieces.length)] as string;
      text = text.slice(0, at) + piece + text.slice(at + pick(12));
    }
    try {
      const read = readAdvertisement(text);
      assert.deepEqual(readAdvertisement(writeAdvertisement(read)), read);
    } catch (error) {
      assert.ok(error instanceof RegistaError, String(error));
      assert.match(error.code, /^cdni\//);
      refused += 1;
    }
  }
  assert.ok(refused > 5_000 && refused < 10_000, `${refused}`);
});
