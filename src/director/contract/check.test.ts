import assert from "node:assert/strict";
import test from "node:test";
import { type AcceptedContract, capacityOf } from "./accepted.ts";
import { acceptContract } from "./check.ts";
import {
  advertised,
  FASTWEB,
  fastwebWord,
  footprint,
  limited,
  served,
  TIM,
  topologyOf,
} from "./contractFixture.ts";
import { CONTRACT_REPORTS_LIMIT } from "./limits.ts";
import { World } from "./world.ts";

function accept(capabilities: object[], more: { leave?: object[] } = {}): AcceptedContract {
  const topology = topologyOf(more);
  return acceptContract(advertised(...capabilities), {
    asn: FASTWEB,
    world: new World(topology, [fastwebWord]),
    leave: topology.model.leave,
    hosts: new Set(["isp.cdn.example", "ixp.cdn.example"]),
  });
}
const shown = ({ footprints }: AcceptedContract) =>
  footprints.map(({ prefixes, asns, serves }) => ({
    prefixes: prefixes.map(({ text }) => text),
    asns,
    serves,
  }));
const only = (contract: AcceptedContract) => {
  const [first, ...rest] = shown(contract);
  assert.ok(first && rest.length === 0, JSON.stringify(shown(contract)));
  return [...first.prefixes, ...first.asns.map((asn) => `AS${asn}`)];
};
const v4 = (...prefixes: string[]) => footprint("ipv4cidr", ...prefixes);

test("a network has its own prefixes and its own number without anybody's leave", () => {
  const contract = accept([served(v4("10.1.4.0/24", "10.1.5.0/24"))]);
  assert.deepEqual(only(contract), ["10.1.4.0/24", "10.1.5.0/24"]);
  assert.deepEqual(contract.reports, []);
  assert.deepEqual(only(accept([served(footprint("asn", `as${FASTWEB}`))])), [`AS${FASTWEB}`]);
});

test("another's prefix or number needs leave: without it that part is refused with the cure, and the rest stands", () => {
  const claims = [
    served(
      footprint("footprintunion", v4("10.1.4.0/24", "10.2.7.0/24"), footprint("asn", `as${TIM}`)),
    ),
  ];
  const refused = accept(claims);
  assert.deepEqual(only(refused), ["10.1.4.0/24"]);
  assert.equal(refused.reports.length, 2);
  assert.match(
    refused.reports.join(" "),
    /10\.2\.7\.0\/24, which belongs to AS3269.*leave of 12874/,
  );
  assert.match(refused.reports.join(" "), /claims AS3269/);

  const asns = accept(claims, { leave: [{ asn: FASTWEB, asns: [TIM] }] });
  assert.deepEqual(only(asns), ["10.1.4.0/24", "10.2.7.0/24", `AS${TIM}`]);
  assert.deepEqual(asns.reports, []);
  const prefixes = accept([served(v4("10.2.7.0/24"))], {
    leave: [{ asn: FASTWEB, prefixes: ["10.2.0.0/20"] }],
  });
  assert.deepEqual(only(prefixes), ["10.2.7.0/24"]);
  const elsewhere = accept([served(v4("10.2.7.0/24"))], { leave: [{ asn: TIM, asns: [TIM] }] });
  assert.deepEqual(shown(elsewhere), []);
});

test("the whole Internet needs leave, however it is written; its own part of it stands", () => {
  for (const claim of [
    [served()],
    [served(v4("0.0.0.0/0"))],
    [served(v4("0.0.0.0/1", "128.0.0.0/1"))],
    [served(v4("8.0.0.0/6"))],
  ]) {
    const contract = accept(claim);
    assert.match(contract.reports.join(" "), /the whole Internet.*leave/);
    const has = only(contract);
    assert.ok(
      has.every((each) => each === `AS${FASTWEB}` || each.startsWith("10.1.")),
      has.join(),
    );
  }
  const all = accept([served(v4("0.0.0.0/0"))], {
    leave: [{ asn: FASTWEB, prefixes: ["0.0.0.0/0"] }],
  });
  assert.deepEqual(only(all), ["0.0.0.0/0"]);
  assert.deepEqual(all.reports, []);
});

test("a prefix that nobody is known to have is not believed, and the cure says where to list it", () => {
  const contract = accept([served(v4("192.0.2.0/24", "10.1.0.0/20"))]);
  assert.deepEqual(only(contract), ["10.1.0.0/20"]);
  assert.match(contract.reports[0] ?? "", /not known to be its own.*among its own prefixes/);
});

test("a country or a subdivision is what the model places there, as far as it is the network's", () => {
  const italy = accept([served(footprint("countrycode", "it"))]);
  assert.deepEqual(only(italy), ["10.1.128.0/17", `AS${FASTWEB}`]);
  assert.match(italy.reports.join(" "), /claims AS3269/);
  assert.deepEqual(only(accept([served(footprint("subdivisioncode", "it-mi"))])), [
    "10.1.128.0/17",
  ]);
  const unknown = accept([served(footprint("subdivisioncode", "it-rm"))]);
  assert.deepEqual(shown(unknown), []);
  assert.match(unknown.reports[0] ?? "", /Where it-rm is.*place it\/rm/);
});

test("footprints of different types narrow each other by whose the addresses are", () => {
  const both = accept([served(v4("10.1.4.0/24", "10.2.7.0/24"), footprint("asn", `as${FASTWEB}`))]);
  assert.deepEqual(only(both), ["10.1.4.0/24"]);
  assert.deepEqual(both.reports, []);
  const broad = accept([served(v4("10.0.0.0/8"), footprint("asn", `as${FASTWEB}`))]);
  assert.deepEqual(only(broad), ["10.1.0.0/16"]);
});

test("a limit on all that a network has, however it is written, is one on all that its caches deliver", () => {
  for (const footprints of [
    [],
    [footprint("asn", `as${FASTWEB}`)],
    [footprint("footprintunion", v4("10.1.0.0/16"), footprint("ipv6cidr", "2001:db8:1::/48"))],
  ]) {
    const { limits, reports } = accept([limited({ id: "all" }, ...footprints)]);
    assert.deepEqual(limits, [
      { id: "limit/12874/all", mbps: 800, softMbps: null, usedMbps: null, footprints: [] },
    ]);
    assert.deepEqual(reports, []);
  }
});

test("a limit on a part names a footprint that serves nothing by itself, and one that is served is the same one", () => {
  const apart = accept([limited({ "maximum-soft": 6e8, current: 1e8 }, v4("10.1.4.0/24"))]);
  assert.deepEqual(shown(apart), [{ prefixes: ["10.1.4.0/24"], asns: [], serves: false }]);
  assert.deepEqual(apart.limits, [
    {
      id: "limit/12874/egress",
      mbps: 800,
      softMbps: 600,
      usedMbps: 100,
      footprints: [apart.footprints[0]?.id],
    },
  ]);
  const same = accept([limited({}, v4("10.1.4.0/24")), served(v4("10.1.4.0/24"))]);
  assert.deepEqual(shown(same), [{ prefixes: ["10.1.4.0/24"], asns: [], serves: true }]);
});

test("a limit never reaches another network's viewers without leave, and holds for all where its footprint is not understood", () => {
  const theirs = accept([limited({}, v4("10.2.0.0/16"))]);
  assert.deepEqual(theirs.limits, []);
  assert.match(theirs.reports[0] ?? "", /belongs to AS3269/);
  const strange = accept([limited({}, footprint("altopid", "pid-1"))]);
  assert.deepEqual(strange.limits[0]?.footprints, []);
  assert.match(strange.reports[0] ?? "", /altopid.*all that its caches deliver/);
});

test("no limit of a contract has the name of the network's total", () => {
  const { limits } = accept([limited({ id: "network" }), limited({ id: "network" })]);
  assert.deepEqual(
    limits.map(({ id }) => id),
    ["limit/12874/network-2", "limit/12874/network-3"],
  );
});

test("limits of other kinds are reported as not obeyed; limits for other hosts are not ours", () => {
  const { limits, reports } = accept([
    limited([
      { id: "a", "limit-type": "requests" },
      { id: "b", scope: { type: "published-host", value: ["other.example"] } },
      { id: "c", scope: { type: "published-host", value: ["isp.cdn.example"] } },
      { id: "d", scope: { type: "planet", value: ["mars"] } },
      { id: "e", "maximum-hard": 0 },
    ]),
  ]);
  assert.deepEqual(
    limits.map(({ id }) => id),
    ["limit/12874/c", "limit/12874/d", "limit/12874/e"],
  );
  assert.equal(limits[2]?.mbps, 0.001);
  assert.equal(reports.length, 3);
  assert.match(reports.join(" "), /requests is not obeyed.*egress.*all edges together.*planet/);
});

test("unknown capabilities are counted and told", () => {
  const strange = { "capability-type": "FCI.RedirectionMode", "capability-value": {} };
  const { reports } = accept([strange, strange, served(v4("10.1.0.0/16"))]);
  assert.deepEqual(reports, [
    "AS12874's contract: 2 of the unknown type FCI.RedirectionMode are ignored.",
  ]);
});

test("the version changes with what is told and with what is refused, not with what is in use", () => {
  const version = (limit: object) => accept([limited(limit, v4("10.1.4.0/24"))]).version;
  assert.equal(version({ current: 5 }), version({ current: 6 }));
  assert.notEqual(version({}), version({ "maximum-soft": 7e8 }));
  assert.notEqual(version({}), accept([limited({}, v4("10.1.5.0/24"))]).version);
});

test("refusals beyond the limit are counted", () => {
  const many = Array.from({ length: 100 }, (_, n) => `192.0.${n}.0/24`);
  const { reports } = accept([served(v4(...many))]);
  assert.equal(reports.length, CONTRACT_REPORTS_LIMIT + 1);
  assert.match(reports.at(-1) ?? "", /68 more/);
});

test("a soft mark is where the limit counts as full, and never lies above the hard one", () => {
  const limit = { id: "a", mbps: 800, footprints: [] };
  assert.equal(capacityOf(limit, 0.95), 800);
  assert.equal(capacityOf({ ...limit, softMbps: 570 }, 0.95), 600);
  assert.equal(capacityOf({ ...limit, softMbps: 790 }, 0.95), 800);
  assert.equal(capacityOf({ ...limit, mbps: null, softMbps: 5 }, 0.95), null);
});
