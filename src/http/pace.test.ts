import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "./pace.ts";

const limits = { writeStallMs: 1_000, sendWindowMs: 2_000, sendBytesPerS: 100 };

/** What is judged each half second of a peer that takes so many bytes in each. */
function judged(...taken: number[]): (string | null)[] {
  const pace = new Pace(0, 0);
  let all = 0;
  return taken.map((bytes, at) => pace.judge((at + 1) * 500, (all += bytes), limits));
}

test("a peer that takes nothing is cut after the stall, not before", () => {
  assert.deepEqual(judged(0, 0, 0), [null, null, "write-stalled"]);
});

test("a peer that takes a little now and then is cut when its window was too slow", () => {
  assert.deepEqual(judged(1, 1, 1, 1), [null, null, null, "too-slow"]);
  assert.deepEqual(judged(0, 199, 0, 0), [null, null, null, "too-slow"]);
});

test("a peer that takes the least that is asked is kept, window after window", () => {
  assert.deepEqual(judged(...[0, 200, 0, 0], ...[50, 50, 50, 50]), Array(8).fill(null));
  assert.equal(judged(...[0, 200, 0, 0], ...[50, 50, 50, 49]).at(-1), "too-slow");
});
