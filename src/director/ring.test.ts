import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { MinuteCounter, Ring } from "./ring.ts";

test("a ring keeps the last items, oldest first", () => {
  const ring = new Ring<number>(3);
  for (let n = 1; n <= 5; n++) ring.push(n);
  assert.deepEqual(ring.items, [3, 4, 5]);
});

test("a minute counter forgets what is a minute old, and knows the second under way", () => {
  const counter = new MinuteCounter(monoMs(1_000));
  counter.count(monoMs(1_000));
  counter.count(monoMs(1_999));
  assert.equal(counter.thisSecond(monoMs(1_999)), 2);
  assert.equal(counter.thisSecond(monoMs(2_000)), 0);
  counter.count(monoMs(31_000));
  assert.equal(counter.total(monoMs(60_999)), 3);
  assert.equal(counter.total(monoMs(61_000)), 1);
  assert.equal(counter.total(monoMs(200_000)), 0);
});
