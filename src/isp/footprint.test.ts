import assert from "node:assert/strict";
import test from "node:test";
import { RegistaError } from "#base";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { Footprint } from "./footprint.ts";

test("the gateway is the first address of the first IPv4 prefix", () => {
  assert.equal(new Footprint(["127.0.1.0/24", "127.0.9.0/24"]).gateway, "127.0.1.1");
  assert.equal(new Footprint(["127.0.1.77/24"]).gateway, "127.0.1.1");
  assert.equal(new Footprint(["2001:b00::/29", "2.224.0.0/12"]).gateway, "2.224.0.1");
  assert.equal(new Footprint(["255.255.255.0/24"]).gateway, "255.255.255.1");
  assert.equal(new Footprint(["10.255.255.252/30"]).gateway, "10.255.255.253");
});

test("a client from inside keeps its address, also when a dual-stack socket tells it", () => {
  const footprint = new Footprint(["127.0.1.0/24", "127.0.9.0/24"]);
  assert.equal(footprint.subscriberOf("127.0.1.33"), "127.0.1.33");
  assert.equal(footprint.subscriberOf("127.0.9.200"), "127.0.9.200");
  assert.equal(footprint.subscriberOf("::ffff:127.0.1.33"), "127.0.1.33");
});

test("a client of an IPv6 prefix is the network's own, under one name however it is written", () => {
  const footprint = new Footprint(["2.224.0.0/12", "2001:b00::/29"]);
  assert.ok(footprint.covers("2001:b07:1::77") && !footprint.covers("2001:c00::1"));
  assert.equal(footprint.subscriberOf("2001:B07:1:0:0:0:0:77"), "2001:b07:1::77");
});

test("a client from outside is always the same household of the first prefix, never the gateway", () => {
  const prefixes = fc
    .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 8, max: 30 }))
    .map(([b, c, d, length]) => `127.${b}.${c}.${d}/${length}`);
  fc.assert(
    fc.property(prefixes, fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (prefix, client) => {
      const footprint = new Footprint([prefix]);
      const subscriber = footprint.subscriberOf(client);
      assert.equal(footprint.subscriberOf(client), subscriber);
      assert.ok(ipaddr.IPv4.parse(subscriber).match(ipaddr.IPv4.parseCIDR(prefix)));
      if (!footprint.covers(client)) assert.notEqual(subscriber, footprint.gateway);
    }),
    { seed: 5, numRuns: 2_000 },
  );
});

test("households of a /24 lie between .10 and .250 and use the room", () => {
  const footprint = new Footprint(["127.0.1.0/24"]);
  const hosts = Array.from({ length: 5_000 }, (_, n) =>
    Number(footprint.subscriberOf(`198.51.${n >> 8}.${n % 256}`).split(".")[3]),
  );
  assert.ok(Math.min(...hosts) >= 10 && Math.max(...hosts) <= 250);
  assert.ok(new Set(hosts).size > 200);
});

test("what is no prefix, names no IPv4 or has no room there is refused with the reason", () => {
  for (const prefix of [
    "127.0.1.0",
    "127.0.1.0/33",
    "::/64",
    "127.1/8",
    "",
    "127.0.1.0/31",
    "127.0.1.0/32",
  ]) {
    assert.throws(
      () => new Footprint([prefix]),
      (error) => error instanceof RegistaError && error.code === "isp/bad-prefix",
      prefix,
    );
  }
  assert.throws(() => new Footprint([]), /no IPv4 prefix is among them/);
});
