import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import type { Heartbeat } from "#protocol";
import { HealthBoard } from "../load/health.ts";
import { HEARTBEAT_SILENCE_MS } from "../limits.ts";
import { LOST_IS_NEWS_MS, SURGE_HISTORY_S, SURGE_OVER_S } from "./limits.ts";
import { edgePressures, surgeOf } from "./pressure.ts";
import { MinuteCounter } from "../ring.ts";
import { emptyModel, Topology } from "../topology.ts";

/** A counter that saw so many sessions in each second, asked at the end of the last. */
function surgeAfter(perSecond: readonly number[]): boolean {
  const counter = new MinuteCounter(monoMs(0));
  for (const [second, count] of perSecond.entries())
    for (let n = 0; n < count; n++) counter.count(monoMs(second * 1_000));
  return surgeOf(counter, monoMs(perSecond.length * 1_000)) !== null;
}
const seconds = (count: number, perSecond: number): number[] =>
  Array.from({ length: count }, () => perSecond);

test("a surge is many sessions, and many more than before", () => {
  assert.equal(surgeAfter([...seconds(40, 4), ...seconds(5, 60)]), true);
  assert.equal(surgeAfter([...seconds(40, 1), ...seconds(5, 30)]), false, "few");
  assert.equal(surgeAfter([...seconds(40, 40), ...seconds(5, 120)]), false, "as usual, threefold");
  assert.equal(surgeAfter([...seconds(40, 4), ...seconds(40, 100)]), false, "usual by now");
  assert.equal(
    surgeAfter(seconds(SURGE_HISTORY_S + SURGE_OVER_S - 1, 400)),
    false,
    "nothing usual is known yet",
  );
  assert.equal(surgeAfter(seconds(30, 400)), false, "a director that began in the middle of it");
});

const edges = [
  { id: "isp-roma", in: 12_874, url: "http://127.0.0.1:1", capacityMbps: 1_000 },
  { id: "ixp-roma", at: "namex", url: "http://127.0.0.1:2", capacityMbps: 1_000 },
  { id: "isp-milano", in: 3_269, url: "http://127.0.0.1:3", capacityMbps: 1_000 },
];
const heartbeat = (edge: string, over: Partial<Heartbeat> = {}): Heartbeat => ({
  ...{ v: 1, edge, at: 0, viewers: 1, mbps: 1, capacityMbps: 1_000, cpu: 0 },
  ...{ waiters: 0, upstreamErrors: 0, draining: false },
  ...over,
});

test("an edge presses while it is full, and for a while when it is lost; not when it said farewell", () => {
  const health = new HealthBoard(monoMs(0));
  health.hear(heartbeat("isp-roma", { mbps: 960 }), monoMs(0));
  health.hear(heartbeat("ixp-roma", { draining: true }), monoMs(0));
  health.hear(heartbeat("isp-milano"), monoMs(0));
  const names = (at: number): string[] =>
    edgePressures(edges, health, monoMs(at)).map(({ name, says }) => `${name}: ${says}`);
  assert.deepEqual(names(1_000), ["edgeFull: isp-roma is full: load 0.96"]);
  assert.deepEqual(names(HEARTBEAT_SILENCE_MS + 1), [
    "edgeLost: isp-roma was lost",
    "edgeLost: isp-milano was lost",
  ]);
  assert.deepEqual(names(LOST_IS_NEWS_MS + 1), []);
});

test("edges concern the cities whose networks they are in or meet; where none is near, all do", () => {
  const topology = new Topology(emptyModel, { edges });
  const link = { delayMs: 1, mbps: null };
  const network = (asn: number, place: string) => ({
    ...{ v: 1 as const, asn, name: `AS${asn}`, place, prefixes: [], gateway: "" },
    ...{ limitMbps: null, access: { link, downMbps: 0, upMbps: 0, connections: 0 } },
  });
  topology.learnNetwork("a", network(12_874, "it/roma"), monoMs(0));
  topology.learnNetwork("b", network(3_269, "it/milano"), monoMs(0));
  topology.learnNetwork("c", network(1_267, "it/bari"), monoMs(0));
  const port = { mbps: 10, inMbps: 0, outMbps: 0, link };
  const members = [{ asn: 12_874, name: "", port }];
  topology.learnExchange("x", { v: 1, id: "namex", asn: 1, place: "it/roma", members }, monoMs(0));
  const near = (place: string): string[] => topology.edgesNear(place).map(({ id }) => id);
  assert.deepEqual(near("it/roma"), ["isp-roma", "ixp-roma"]);
  assert.deepEqual(near("it/milano"), ["isp-milano"]);
  assert.deepEqual(
    near("it/bari"),
    edges.map(({ id }) => id),
  );
  assert.deepEqual([...topology.places], ["it/roma", "it/milano", "it/bari"]);
});
