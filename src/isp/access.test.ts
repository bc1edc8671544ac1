import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { AccessMeter } from "./access.ts";

test("the access link carries what all routes carry", () => {
  const access = new AccessMeter(monoMs(0));
  const edge = { downBytes: 0, upBytes: 0, connections: 2 };
  access.add({ counters: edge });
  access.add({ counters: { downBytes: 125_000, upBytes: 0, connections: 1 } });
  edge.downBytes = 250_000;
  edge.upBytes = 12_500;
  access.measure(monoMs(1_000));
  assert.deepEqual(access.load, { downMbps: 3, upMbps: 0.1 });
  assert.equal(access.totals.connections, 3);
  access.measure(monoMs(2_000));
  assert.deepEqual(access.load, { downMbps: 0, upMbps: 0 });
});
