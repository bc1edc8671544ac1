import assert from "node:assert/strict";
import { test } from "node:test";
import { START_PATIENCE_MS } from "./limits.ts";
import { overHole, startPlace } from "./playhead.ts";

const ranges = (...all: [number, number][]) => ({
  length: all.length,
  start: (at: number) => all[at]?.[0] ?? 0,
  end: (at: number) => all[at]?.[1] ?? 0,
});

test("the start waits for its place and takes exactly that", () => {
  assert.equal(startPlace(ranges(), { dueS: 10, waitedMs: 0 }), null);
  assert.equal(startPlace(ranges([9, 10.05]), { dueS: 10, waitedMs: 100 }), null);
  assert.equal(startPlace(ranges([9, 10.2]), { dueS: 10, waitedMs: 100 }), 10);
});

test("a start that has waited long enough takes the nearest place there is", () => {
  const waitedMs = START_PATIENCE_MS;
  assert.equal(startPlace(ranges([8, 9]), { dueS: 10, waitedMs }), 8.8);
  assert.equal(startPlace(ranges([11, 12]), { dueS: 10, waitedMs }), 11);
  assert.equal(startPlace(ranges(), { dueS: 10, waitedMs }), null);
});

test("a playhead that plays is let play, and one with nothing beyond it waits", () => {
  assert.equal(overHole(ranges([5, 8], [9, 12]), { atS: 7, dueS: 11 }), null);
  assert.equal(overHole(ranges([5, 8]), { atS: 8, dueS: 11 }), null);
});

test("over a hole it goes when the other side is due, in step; late, straight to what is due", () => {
  const holed = ranges([5, 8], [9, 12]);
  assert.equal(overHole(holed, { atS: 7.99, dueS: 8.5 }), null);
  assert.equal(overHole(holed, { atS: 7.99, dueS: 9.01 }), 9.01);
  assert.equal(overHole(holed, { atS: 7.99, dueS: 10.5 }), 10.5);
  assert.equal(overHole(holed, { atS: 7.99, dueS: 20 }), 11.8);
});

test("a hole that nobody would see is taken at once", () => {
  assert.equal(overHole(ranges([5, 8], [8.05, 12]), { atS: 8, dueS: 8 }), 8.05);
});
