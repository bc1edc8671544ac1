import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { Fabric, type Member } from "./fabric.ts";

const CDN = 51_185;
const ISP = 12_874;
const link = { delayMs: 1, mbps: null };
const members: Member[] = [
  { asn: CDN, name: "CDN", portMbps: 100_000, link },
  { asn: ISP, name: "Fastweb", portMbps: 10_000, link },
];

test("what a target sends goes in by its member's port and out by the clients'", () => {
  const fabric = new Fabric(members, monoMs(0));
  const bytes = { upBytes: 0, downBytes: 0 };
  fabric.cross({ from: ISP, to: CDN, relay: { counters: bytes } });
  bytes.downBytes = 1_250_000;
  bytes.upBytes = 125_000;
  fabric.measure(monoMs(1_000));
  const [cdn, isp] = fabric.ports();
  assert.deepEqual([cdn?.port.inMbps, cdn?.port.outMbps], [10, 1]);
  assert.deepEqual([isp?.port.inMbps, isp?.port.outMbps], [1, 10]);
});

test("relays of one member add up at its port", () => {
  const fabric = new Fabric(members, monoMs(0));
  const [one, two] = [
    { upBytes: 0, downBytes: 125_000 },
    { upBytes: 0, downBytes: 250_000 },
  ];
  fabric.cross({ from: ISP, to: CDN, relay: { counters: one } });
  fabric.cross({ from: ISP, to: CDN, relay: { counters: two } });
  fabric.measure(monoMs(1_000));
  assert.equal(fabric.ports()[1]?.port.outMbps, 3);
  assert.deepEqual(fabric.bytesOf(ISP), { in: 0, out: 375_000 });
});

test("what enters the fabric leaves it", () => {
  const fabric = new Fabric(members, monoMs(0));
  fabric.cross({ from: ISP, to: CDN, relay: { counters: { upBytes: 7, downBytes: 100 } } });
  fabric.cross({ from: CDN, to: ISP, relay: { counters: { upBytes: 1_000, downBytes: 3 } } });
  const all = members.map(({ asn }) => fabric.bytesOf(asn));
  const sum = (way: "in" | "out"): number => all.reduce((total, port) => total + port[way], 0);
  assert.equal(sum("in"), sum("out"));
});
