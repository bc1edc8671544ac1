import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { systemClock } from "#base/clock";
import { type Address, parseAddress, parsePrefix, rangeOf } from "#network";
import { type FoundExchange, readPeeringDb } from "#network/formats";
import type { PathClass } from "#protocol";
import { Topology } from "../topology.ts";
import { readItaly } from "./readModel.ts";
import { loadTables } from "./tables.ts";

const { model, warnings } = readItaly();

const TIM = 3_269;
const CDN = 51_185;
const DAZN = 199_710;

test("the scenario that ships is read without a warning, and says where it has everything from", () => {
  assert.deepEqual(warnings, []);
  assert.match(model.title, /scenario/);
  assert.match(model.sources.join(" "), /PeeringDB, 2026-08.*attribution.*scenario/);
  assert.deepEqual(
    model.exchanges.map(({ id, place }) => [id, place]),
    [
      ["mix", "it/milano"],
      ["namex", "it/roma"],
      ["top-ix", "it/torino"],
      ["vsix", "it/padova"],
    ],
  );
});

test("the largest network and the service are at no exchange; two networks have caches inside", () => {
  const everywhere = new Set(
    model.exchanges.flatMap(({ members }) => members.map(({ asn }) => asn)),
  );
  assert.ok(!everywhere.has(TIM) && !everywhere.has(DAZN) && everywhere.has(CDN));
  const shares = [...(model.audience?.networks ?? [])].sort((a, b) => b.share - a.share);
  assert.equal(shares[0]?.asn, TIM);
  assert.deepEqual(
    [...new Set(model.edges.flatMap((edge) => edge.in ?? []))].sort((a, b) => a - b),
    [TIM, 12_874],
  );
});

test("each part of the audience has a prefix of its network in its city, so that viewers can be made", () => {
  for (const { asn, places } of model.audience?.networks ?? []) {
    const network = model.networks.find((one) => one.asn === asn);
    for (const { id } of places)
      assert.ok(
        network?.prefixes.some(({ prefix, place }) => place === id && prefix.includes(".")),
        `AS${asn} has no IPv4 prefix in ${id}`,
      );
  }
});

test("edges can carry the audience, and each network's way to them is not wider than they are", () => {
  const demand = (model.audience?.viewers ?? 0) * model.policy.sessionMbps;
  const near = model.edges.filter(({ foreign }) => !foreign);
  const capacity = near.reduce((sum, { capacityMbps }) => sum + capacityMbps, 0);
  assert.ok(capacity > 1.1 * demand, `${capacity} Mb/s for ${demand}`);
  for (const { id, members } of model.exchanges) {
    const port = members.find(({ asn }) => asn === CDN)?.portMbps ?? 0;
    const edges = model.edges.filter(({ at }) => at === id);
    assert.ok(edges.reduce((sum, { capacityMbps }) => sum + capacityMbps, 0) <= port, id);
  }
});

test("its viewers are reached as in the field: inside, over interconnects, at exchanges, or by transit", () => {
  const topology = new Topology(model);
  const classesOf = (text: string): Map<string, PathClass> => {
    const address = parseAddress(text);
    assert.ok(address);
    const { tiers } = topology.planOf(topology.homeOf(address).home);
    return new Map(tiers.flatMap(({ paths }) => paths.map((path) => [path.edge.id, path.class])));
  };
  const nearest: Record<string, PathClass> = {
    "79.0.0.1": "on-net", // TIM
    "93.32.0.1": "on-net", // Fastweb
    "151.32.0.1": "pni", // WindTre
    "2.40.0.1": "pni", // Vodafone
    "2.192.0.1": "pni", // TIM mobile
    "101.56.0.1": "exchange", // Sky Wifi
    "78.208.0.1": "exchange-rs", // Iliad
    "62.170.0.1": "exchange-rs", // Linkem
    "2a01:2000::1": "on-net", // TIM
    "198.51.100.1": "transit", // nobody's
  };
  for (const [text, wanted] of Object.entries(nearest))
    assert.equal([...classesOf(text).values()][0], wanted, text);
  const tim = classesOf("79.0.0.1");
  assert.deepEqual(
    ["dazn-roma", "namex-1", "fastweb-roma"].map((edge) => tim.get(edge)),
    ["pni", "transit", "transit"],
  );
  assert.equal(classesOf("5.84.0.1").get("namex-1"), "exchange-remote"); // WindTre mobile, at MIX alone
});

/** Who is a member where, by PeeringDB. */
const membershipFile = new URL(
  "../../../../shared/data/ixp-italy-peeringdb-2026-08-22.json",
  import.meta.url,
).pathname;
/** What the scenario adds to PeeringDB, and says so. */
const invented = new Set(["top-ix 51185", "vsix 51185"]);

function peeringDb(): readonly FoundExchange[] {
  if (existsSync(membershipFile))
    return readPeeringDb([{ file: membershipFile, text: readFileSync(membershipFile, "utf8") }])
      .exchanges;
  return model.exchanges.map(({ peeringdbId, members }) => ({
    id: peeringdbId ?? 0,
    name: "",
    city: null,
    country: "IT",
    members: members.map(({ asn }) => ({
      asn,
      name: "",
      portMbps: null,
      routeServer: { 4: null, 6: null },
      open: false,
      addresses: [],
    })),
  }));
}

test("who is a member where is as PeeringDB has it, but for what is labelled", () => {
  const found = peeringDb();
  const networks = new Set(model.networks.map(({ asn }) => asn));
  for (const { id, peeringdbId, members } of model.exchanges) {
    const real = new Set(
      found.find((exchange) => exchange.id === peeringdbId)?.members.map(({ asn }) => asn),
    );
    for (const { asn } of members)
      if (!invented.has(`${id} ${asn}`)) assert.ok(real.has(asn), `AS${asn} is not at ${id}`);
    for (const asn of real)
      if (networks.has(asn))
        assert.ok(
          members.some((member) => member.asn === asn),
          `AS${asn} is at ${id} and is not in the model`,
        );
  }
});

/** An address by which others can be compared as text. */
const sortable = ({ family, w0, w1, w2, w3 }: Address): string =>
  `${family}-${[w0, w1, w2, w3].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("")}`;

test("its prefixes are its networks' own by the whole table of whose address is whose", async () => {
  const files = [
    import.meta.resolve("@ip-location-db/asn/asn-ipv4.csv"),
    import.meta.resolve("@ip-location-db/asn/asn-ipv6.csv"),
  ];
  const ranges = new Map<number, [string, string][]>(model.networks.map(({ asn }) => [asn, []]));
  const tables = files.map((url) => ({ format: "csv" as const, file: fileURLToPath(url) }));
  const sum = await loadTables(
    { tables },
    {
      clock: systemClock,
      take: ({ first, last, asn }) => ranges.get(asn)?.push([sortable(first), sortable(last)]),
    },
  );
  assert.ok(sum.rows > 500_000, `${sum.rows} rows`);
  for (const { asn, prefixes } of model.networks)
    for (const { prefix } of prefixes) {
      const parsed = parsePrefix(prefix);
      assert.ok(parsed);
      const [first, last] = [rangeOf(parsed).first, rangeOf(parsed).last].map(sortable) as [
        string,
        string,
      ];
      assert.ok(
        ranges.get(asn)?.some(([from, to]) => from <= first && last <= to),
        `${prefix} is not AS${asn}'s`,
      );
    }
});
