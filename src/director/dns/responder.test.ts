import assert from "node:assert/strict";
import test from "node:test";
import { numbersOf } from "#base";
import { addressOf, ecsOf, type Heard, heardOf, queryOf, responderOf, ZONE } from "./dnsFixture.ts";
import type { DnsOutcome } from "./outcomes.ts";
import type { Placed, Reply } from "./responder.ts";

const resolver = addressOf("198.18.0.53");
const udp = { udp: true, cut: false };

/** What is answered over UDP to a resolver elsewhere. */
function ask(query: Buffer, placed?: Partial<Placed>): Heard & { outcome: DnsOutcome } {
  const { bytes, outcome } = responderOf(placed).responder.answer(query, resolver, udp);
  assert.ok(bytes);
  return { ...heardOf(bytes), outcome };
}

test("the zone and its channel have the addresses of the edges chosen for the client's subnet, best first", () => {
  for (const name of [ZONE, `match.${ZONE}`, `MaTcH.${ZONE}`]) {
    const heard = ask(queryOf(name, "A", { subnet: "10.1.2.0/24" }));
    assert.deepEqual(heard.addresses, ["192.0.2.1", "192.0.2.2"]);
    assert.deepEqual([heard.flag_aa, heard.rcodeNumber, heard.id], [true, 0, 4_711]);
    assert.equal(heard.questions?.[0]?.name, name);
  }
  const six = ask(queryOf(ZONE, "AAAA", { subnet: "10.1.2.0/24" }));
  assert.deepEqual(six.addresses, ["2001:db8::1"]);
});

test("without a client's subnet, or with none of its bits, the resolver's own address is the viewer's", () => {
  const { responder, asked } = responderOf();
  const seen = (query: Buffer): Heard =>
    heardOf(responder.answer(query, addressOf("10.9.8.7"), udp).bytes as Buffer);
  assert.equal(seen(queryOf(ZONE, "A", null)).subnet, null);
  assert.equal(seen(queryOf(ZONE, "A")).subnet, null);
  const none = seen(queryOf(ZONE, "A", { ecs: Uint8Array.from([0, 1, 0, 0]) }));
  assert.deepEqual(none.subnet, { source: 0, scope: 0 });
  assert.deepEqual(none.addresses, ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual(asked[2], { address: "10.9.8.7", viewer: "10.9.8.0/24" });
});

test("the scope is what the decision looked at, and never more than was told", () => {
  const scope = (subnet: string, bits: number) =>
    ask(queryOf(ZONE, "A", { subnet }), { bits }).subnet;
  assert.deepEqual(scope("10.1.2.0/24", 9), { source: 24, scope: 24 });
  assert.deepEqual(scope("10.1.2.3/32", 9), { source: 32, scope: 24 });
  assert.deepEqual(scope("10.1.2.3/32", 28), { source: 32, scope: 28 });
  assert.deepEqual(scope("10.1.0.0/16", 22), { source: 16, scope: 16 });
  assert.deepEqual(scope("2001:db8::/56", 0), { source: 56, scope: 48 });
});

test("all behind one prefix are one viewer, so that what a resolver keeps holds for all of them", () => {
  const { responder, asked } = responderOf();
  for (const subnet of ["10.1.2.3/32", "10.1.2.99/32", "2001:db8:1:2::/64"])
    responder.answer(queryOf(ZONE, "A", { subnet }), resolver, udp);
  assert.deepEqual(
    asked.map(({ viewer }) => viewer),
    ["10.1.2.0/24", "10.1.2.0/24", "2001:db8:1::/48"],
  );
});

test("a subnet of the wrong form is FORMERR", () => {
  const wrong = [
    [0, 1, 24, 0, 10, 1], // too few bytes
    [0, 1, 24, 0, 10, 1, 2, 3], // too many
    [0, 1, 20, 0, 10, 1, 0x2f], // bits beyond SOURCE
    [0, 1, 33, 0, 10, 1, 2, 3, 4], // longer than its family
    [0, 1, 24, 24, 10, 1, 2], // a SCOPE in a query
    [0, 3, 24, 0, 10, 1, 2], // no such family
    [0, 1],
  ];
  for (const bytes of wrong) {
    const heard = ask(queryOf(ZONE, "A", { ecs: Uint8Array.from(bytes) }));
    assert.deepEqual([heard.rcodeNumber, heard.outcome], [1, "malformed"], bytes.join(" "));
  }
  assert.equal(ask(queryOf(ZONE, "A", { ecs: ecsOf("10.1.32.0/20") })).rcodeNumber, 0);
});

test("a known name without that type is NODATA, an unknown one NXDOMAIN, both with the SOA; outside is REFUSED", () => {
  const noData = ask(queryOf(ZONE, "TXT"));
  assert.deepEqual([noData.rcodeNumber, noData.outcome], [0, "noData"]);
  assert.equal(noData.authorities?.[0]?.type, "SOA");
  const six = ask(queryOf(ZONE, "AAAA"));
  assert.deepEqual([six.rcodeNumber, six.answers?.length, six.outcome], [0, 0, "noData"]);
  for (const name of [`nothing.${ZONE}`, `deep.match.${ZONE}`]) {
    const missing = ask(queryOf(name, "A"));
    assert.deepEqual([missing.rcodeNumber, missing.flag_aa], [3, true]);
    assert.equal(missing.authorities?.[0]?.type, "SOA");
  }
  for (const name of ["example", "other.example", `not${ZONE}`]) {
    const outside = ask(queryOf(name, "A"));
    assert.deepEqual(
      [outside.rcodeNumber, outside.flag_aa, outside.outcome],
      [5, false, "refused"],
    );
  }
  assert.equal(ask(queryOf(ZONE, "AXFR")).outcome, "refused");
});

test("the zone tells its SOA and its servers, and where its own server is", () => {
  const [soa] = ask(queryOf(ZONE, "SOA")).answers ?? [];
  assert.ok(soa?.type === "SOA");
  assert.deepEqual([soa.data.mname, soa.data.serial], [`ns.${ZONE}`, 7]);
  const [ns] = ask(queryOf(ZONE, "NS")).answers ?? [];
  assert.ok(ns?.type === "NS" && ns.data === `ns.${ZONE}`);
  assert.deepEqual(ask(queryOf(`ns.${ZONE}`, "A")).addresses, ["203.0.113.53"]);
});

test("who asks for ANY gets one record that says so", () => {
  const [record, ...more] = ask(queryOf(ZONE, "ANY")).answers ?? [];
  assert.ok(record?.type === "HINFO");
  assert.deepEqual([record.data.cpu, more.length], ["RFC8482", 0]);
});

test("another operation is NOTIMP, another EDNS version BADVERS, two questions FORMERR", () => {
  const update = queryOf(ZONE, "A");
  update.writeUInt16BE((5 << 11) | 0x0100, 2);
  assert.deepEqual([ask(update).rcodeNumber, ask(update).outcome], [4, "notImplemented"]);
  const later = ask(queryOf(ZONE, "A", { version: 1 }));
  assert.deepEqual([later.rcodeNumber, later.outcome], [16, "badVersion"]);
  const two = queryOf(ZONE, "A");
  two.writeUInt16BE(2, 4);
  assert.equal(ask(two).rcodeNumber, 1);
});

test("an answer that does not fit is cut, with TC, by what the asker takes; over TCP it is whole", () => {
  const edges = [1, 2, 3, 4].map((last) => ({
    url: "http://x.example",
    addresses: [`192.0.2.${last}`],
  }));
  const long = `${"x".repeat(60)}.${"y".repeat(60)}.${"z".repeat(60)}.example`;
  const { responder } = responderOf({ edges }, long);
  const heard = (edns: { payload?: number } | null, udp: boolean): Heard =>
    heardOf(
      responder.answer(queryOf(long, "A", edns), resolver, { udp, cut: false }).bytes as Buffer,
    );
  const lost = (edns: { payload?: number } | null): [boolean, number] => {
    const { flag_tc, addresses } = heard(edns, true);
    return [flag_tc, addresses.length];
  };
  assert.deepEqual(lost(null), [true, 0]);
  assert.deepEqual(lost({ payload: 100 }), [true, 0]);
  assert.deepEqual(lost({ payload: 4_096 }), [false, 4]);
  assert.equal(heard(null, false).addresses.length, 4);
});

test("an answer is never answered, and neither is what is shorter than a header", () => {
  const { responder } = responderOf();
  const said = responder.answer(queryOf(ZONE, "A"), resolver, udp).bytes as Buffer;
  assert.deepEqual(responder.answer(said, resolver, udp), { bytes: null, outcome: "ignored" });
  assert.equal(responder.answer(Buffer.alloc(11), resolver, udp).bytes, null);
});

test("ten thousand mutated queries are answered by the rules or not at all, and never longer than UDP may be", () => {
  const { responder } = responderOf();
  const below = numbersOf(7_871);
  const seeds = [
    queryOf(ZONE, "A", { subnet: "10.1.2.0/24" }),
    queryOf(`match.${ZONE}`, "AAAA", { subnet: "2001:db8::/48" }),
    queryOf(`nothing.${ZONE}`, "ANY", null),
  ];
  const outcomes = new Map<DnsOutcome, number>();
  for (let run = 0; run < 10_000; run += 1) {
    const seed = seeds[below(seeds.length)] as Buffer;
    const bytes = Buffer.from(seed.subarray(0, below(8) === 0 ? below(seed.length) : seed.length));
    for (let cut = below(6); cut > 0 && bytes.length > 0; cut -= 1)
      bytes[below(bytes.length)] = below(256);
    const reply: Reply = responder.answer(bytes, resolver, udp);
    outcomes.set(reply.outcome, (outcomes.get(reply.outcome) ?? 0) + 1);
    if (!reply.bytes) continue;
    assert.ok(reply.bytes.length <= 1_232);
    assert.equal(reply.bytes.readUInt16BE(0), bytes.readUInt16BE(0));
    assert.ok((reply.bytes.readUInt16BE(2) & 0x8000) !== 0);
  }
  assert.equal(outcomes.get("failed"), undefined);
  for (const outcome of ["answered", "malformed", "refused", "ignored"] as const)
    assert.ok((outcomes.get(outcome) ?? 0) > 50, outcome);
});
