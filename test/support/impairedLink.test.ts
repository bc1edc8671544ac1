import assert from "node:assert/strict";
import test from "node:test";
import { ImpairedLink, type Impairment } from "./impairedLink.ts";

const bad: Impairment = {
  upMs: 5,
  downMs: 45,
  jitterMs: 60,
  loss: { everyMs: 2_000, leastMs: 200, mostMs: 1_000 },
  silence: { everyMs: 7_000, leastMs: 200, mostMs: 400 },
};
const line = (seed: number, is: Impairment = bad): ImpairedLink =>
  new ImpairedLink(is, { seed, startedAt: 0 });
/** When a segment of 1,000 bytes that enters each 10 ms comes out. */
const carried = (link: ImpairedLink, way: "down" | "up", seconds = 20): number[] =>
  Array.from({ length: seconds * 100 }, (_, at) => link.carry(way, at * 10, 1_000));

test("nothing comes out sooner than the delay of its way, nor later than delay, jitter and one mishap of each kind", () => {
  for (const [way, delayMs] of [
    ["up", 5],
    ["down", 45],
  ] as const)
    carried(line(1), way).forEach((out, at) => {
      const took = out - at * 10;
      assert.ok(took >= delayMs, `${way}: ${took}`);
      assert.ok(took <= delayMs + 60 + 400 + (way === "down" ? 1_000 : 0), `${way}: ${took}`);
    });
});

test("the same seed makes the same line, another one another", () => {
  assert.deepEqual(carried(line(7), "down"), carried(line(7), "down"));
  assert.notDeepEqual(carried(line(7), "down"), carried(line(8), "down"));
});

test("each period loses one segment, and those after it on other connections are not late", () => {
  const link = line(3, { upMs: 5, downMs: 5, loss: bad.loss as NonNullable<Impairment["loss"]> });
  const late = carried(link, "down").filter((out, at) => out - at * 10 > 5);
  assert.equal(late.length, 10);
  assert.deepEqual(
    link.happened.map(({ kind }) => kind),
    Array.from({ length: 10 }, () => "loss"),
  );
  for (const { lastsMs } of link.happened) assert.ok(lastsMs >= 200 && lastsMs <= 1_000);
});

test("in a silence nothing passes either way, and everything leaves when it is over", () => {
  const link = line(5, {
    upMs: 0,
    downMs: 0,
    silence: { everyMs: 3_000, leastMs: 300, mostMs: 300 },
  });
  carried(link, "up");
  const [silence] = link.happened;
  assert.ok(silence);
  const end = silence.at + silence.lastsMs;
  for (const way of ["up", "down"] as const) {
    assert.equal(link.carry(way, silence.at + 1, 100), end);
    assert.equal(link.carry(way, end, 100), end);
  }
});

test("a limited line carries at its rate until the limit is lifted", () => {
  const link = line(2, { upMs: 0, downMs: 0 });
  link.limit(0.8); // 100 bytes a millisecond
  assert.deepEqual([link.carry("down", 0, 1_000), link.carry("down", 0, 1_000)], [10, 20]);
  assert.equal(link.queueMs("down", 5), 15);
  link.limit(null);
  assert.deepEqual([link.carry("down", 30, 1_000), link.queueMs("down", 0)], [30, 0]);
});
