import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { defaultPolicy } from "#protocol";
import { STALE_AFTER_MS } from "../limits.ts";
import type { ToldMeasure } from "../paths/measures.ts";
import { ResourceBoard } from "./board.ts";
import { cachesOf, sentBy, withCaches } from "./caches.ts";

const edge = (id: string, more: object = {}) => ({
  ...{ id, url: "http://10.0.0.1", capacityMbps: 100, in: 1 },
  ...more,
});
const edges = [edge("a"), edge("b"), edge("other", { in: 2 }), edge("far", { in: undefined })];

const boardOf = (): ResourceBoard =>
  new ResourceBoard({ policy: defaultPolicy, startedAt: monoMs(0) });
function beat(board: ResourceBoard, id: string, usedMbps: number | null, at: number): void {
  const measure = { id: `edge/${id}`, kind: "edge", name: id, capacityMbps: 100 } as const;
  board.take({ ...measure, usedMbps, up: true }, monoMs(at));
}
const limit = (more: Partial<ToldMeasure> = {}): ToldMeasure => ({
  measure: {
    ...{ id: "limit/1/all", kind: "limit", name: "all", capacityMbps: 50 },
    ...{ usedMbps: null, up: true },
  },
  toldAt: monoMs(7),
  ...more,
});

test("caches are those that stand in a network", () => {
  const caches = cachesOf(edges);
  assert.deepEqual(
    [...caches].map(([asn, inside]) => [asn, inside.map(({ id }) => id)]),
    [
      [1, ["a", "b"]],
      [2, ["other"]],
    ],
  );
});

test("what caches send is the sum of their heartbeats, as old as the oldest of these", () => {
  const board = boardOf();
  const both = edges.slice(0, 2);
  assert.equal(sentBy(board, both, monoMs(100)), null);
  beat(board, "a", 20, 1_000);
  beat(board, "b", 5, 1_600);
  beat(board, "other", 9, 1_600);
  assert.deepEqual(sentBy(board, both, monoMs(2_000)), { mbps: 25, at: 1_000, mute: [] });
});

test("a cache that falls silent sends nothing that is known; a foreign one what its viewers are expected to draw", () => {
  const board = boardOf();
  const three = [...edges.slice(0, 2), edge("foreign", { foreign: true })];
  beat(board, "a", 20, 1_000);
  beat(board, "b", 5, 4_900);
  board.assume("edge/foreign", 7, monoMs(4_900));
  const now = monoMs(1_000 + STALE_AFTER_MS + 1);
  beat(board, "b", 6, now);
  assert.deepEqual(sentBy(board, three, now), { mbps: 13, at: now, mute: ["a", "foreign"] });
});

test("a limit on caches is as full as they are, where the network does not tell it; every other measure stays as told", () => {
  const board = boardOf();
  const caches = cachesOf(edges);
  const told = [limit({ sumOfCachesIn: 1 }), limit({ sumOfCachesIn: 3 }), limit()];
  const used = () =>
    [...withCaches(told, { board, caches }, monoMs(1_500))].map(({ measure, toldAt }) => [
      measure.usedMbps,
      toldAt,
    ]);
  assert.deepEqual(used()[0], [null, 7]);
  beat(board, "a", 20, 1_000);
  beat(board, "b", 5, 1_400);
  assert.deepEqual(used(), [
    [25, 1_000],
    [null, 7],
    [null, 7],
  ]);
});
