import assert from "node:assert/strict";
import test from "node:test";
import { monoMs } from "#base";
import { Excess } from "./excess.ts";

const ROUND_MS = 8_000;
const numbers = Array.from({ length: 1_000 }, (_, n) => (n + 0.5) / 1_000);
const picked = (excess: Excess, share: number, now: number): number[] =>
  numbers.filter((number) => excess.picks(number, share, { now: monoMs(now), roundMs: ROUND_MS }));

test("the excess leaves and no more, the same viewers however often they ask in a round", () => {
  const excess = new Excess();
  const first = picked(excess, 0.2, 0);
  assert.equal(first.length, 200);
  assert.deepEqual(picked(excess, 0.2, 5_000), first);
  assert.deepEqual(picked(excess, 0.1, 7_900), first);
});

test("the next round picks others, of those that are left", () => {
  const excess = new Excess();
  const first = picked(excess, 0.5, 0);
  const second = picked(excess, 0.5, ROUND_MS);
  assert.equal(second.length, 250);
  assert.equal(
    second.some((number) => first.includes(number)),
    false,
  );
});

test("a limit that is lowered again in a round is obeyed in the same round", () => {
  const excess = new Excess();
  const first = picked(excess, 0.2, 0);
  excess.hasten();
  const second = picked(excess, 0.5, 1_000);
  assert.equal(second.length, 400);
  assert.equal(
    second.some((number) => first.includes(number)),
    false,
  );
});

test("when nearly all were picked the rounds begin anew", () => {
  const excess = new Excess();
  assert.equal(picked(excess, 0.95, 0).length, 950);
  assert.equal(picked(excess, 0.1, ROUND_MS).length, 100);
});

test("after a long time with room everyone is new", () => {
  const excess = new Excess();
  const first = picked(excess, 0.2, 0);
  excess.reset(monoMs(60_000));
  assert.deepEqual(picked(excess, 0.2, 60_000), first);
});
