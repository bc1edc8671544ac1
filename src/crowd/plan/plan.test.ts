import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { settingsOf } from "../crowdFixture.ts";
import { AddressRange } from "./addresses.ts";
import { plannedJoins, planViewers } from "./plan.ts";

const networks = [
  { name: "Fastweb", asn: 12_874, prefix: "127.0.1.0/24", share: 0.6, edges: ["http://e1:1"] },
  { name: "TIM", asn: 3_269, prefix: "127.0.2.0/24", share: 0.4, edges: ["http://e2:1"] },
];

describe("the plan", () => {
  it("gives networks and protocols their shares, to within one viewer", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (viewers, share, dash) => {
          const plan = planViewers(
            settingsOf({
              viewers,
              networks: networks.map((network, index) => ({
                ...network,
                share: index === 0 ? share : 1 - share,
              })),
              protocols: [
                { protocol: "dash", share: dash },
                { protocol: "hls", share: 1 - dash },
              ],
            }),
          );
          const first = plan.filter(({ network }) => network === 0);
          assert.ok(Math.abs(first.length - viewers * share) <= 1);
          const byDash = first.filter(({ protocol }) => protocol === "dash").length;
          assert.ok(Math.abs(byDash - first.length * dash) <= 1);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  it("viewers come from their network's addresses, one after the other, never from its gateway", () => {
    const plan = planViewers(settingsOf({ viewers: 2_000, networks }));
    const first = plan.filter(({ network }) => network === 0).map((viewer) => viewer.localAddress);
    assert.deepEqual(first.slice(0, 3), ["127.0.1.2", "127.0.1.3", "127.0.1.4"]);
    assert.equal(new Set(first).size, 253);
    assert.ok(!first.includes("127.0.1.1") && !first.includes("127.0.1.255"));
    assert.equal(first[253], "127.0.1.2");
  });

  it("knows odd prefixes", () => {
    assert.equal(new AddressRange("127.0.1.77/24").at(0), "127.0.1.2");
    assert.equal(new AddressRange("127.9.9.9/32").at(5), "127.9.9.9");
    assert.equal(new AddressRange("127.0.0.0/8").at(300), "127.0.1.46");
    assert.equal(new AddressRange("255.255.255.0/24").at(0), "255.255.255.2");
    assert.equal(new AddressRange("2001:b07:1::9/64").at(0), "2001:b07:1::2");
    assert.equal(new AddressRange("2001:b07:1::/64").at(70_000), "2001:b07:1::1:1172");
    assert.equal(new AddressRange("2001:db8::ff/128").at(7), "2001:db8::ff");
  });

  it("refuses more viewers than a network's addresses have ports", () => {
    const narrow = [{ ...networks[0]!, prefix: "127.0.1.9/32" }];
    assert.equal(planViewers(settingsOf({ viewers: 8_000, networks: narrow })).length, 8_000);
    assert.throws(() => planViewers(settingsOf({ viewers: 8_001, networks: narrow })), {
      code: "crowd/too-many-for-prefix",
    });
  });

  it("samples its share of the viewers, and never one alone", () => {
    const sampled = (share: number, viewers: number): number =>
      planViewers(settingsOf({ viewers, sampled: share })).filter((viewer) => viewer.sampled)
        .length;
    assert.equal(sampled(0, 100), 0);
    assert.equal(sampled(0.000_1, 100), 2);
    assert.equal(sampled(1, 100), 100);
    assert.ok(Math.abs(sampled(0.1, 10_000) - 1_000) < 100);
  });

  it("draws when viewers come before they do", () => {
    const joins = plannedJoins(settingsOf({ viewers: 100, overMs: 10_000, durationMs: 20_000 }), 4);
    assert.deepEqual(joins, [50, 50, 0, 0]);
  });
});
