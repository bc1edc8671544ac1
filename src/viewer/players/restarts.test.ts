import assert from "node:assert/strict";
import test from "node:test";
import { CALM_MS, FIRST_WAIT_MS, FROZEN_MS, LONGEST_WAIT_MS, Restarts } from "./restarts.ts";

test("a player that shows frames is never restarted", () => {
  const restarts = new Restarts(0);
  for (let now = 0; now < 60_000; now += 20) {
    restarts.frame(now);
    assert.equal(restarts.due(now), false);
  }
});

test("a frozen picture is restarted after the limit, and then less and less often", () => {
  const restarts = new Restarts(0);
  restarts.frame(100);
  assert.equal(restarts.due(100 + FROZEN_MS), false);
  assert.equal(restarts.due(101 + FROZEN_MS), true);
  const times: number[] = [];
  for (let now = 4_102; now < 120_000; now += 10) if (restarts.due(now)) times.push(now);
  assert.ok(times.length >= 6 && times.length <= 12, `${times.length} restarts`);
});

test("a player that gave up is restarted soon, with growing waits, which calm play resets", () => {
  const restarts = new Restarts(0);
  const waits: number[] = [];
  let now = 0;
  for (let turn = 0; turn < 8; turn += 1) {
    restarts.fatal(now);
    const from = now;
    while (!restarts.due(now)) now += 1;
    waits.push(now - from);
  }
  assert.equal(waits[0], FIRST_WAIT_MS);
  assert.equal(waits[1], 2 * FIRST_WAIT_MS);
  assert.equal(waits.at(-1), LONGEST_WAIT_MS);
  restarts.frame(now + CALM_MS + 1);
  assert.equal(restarts.attempts, 0);
});

test("a paused or hidden page is not restarted", () => {
  const restarts = new Restarts(0);
  for (let now = 0; now < 60_000; now += 500) {
    restarts.idle(now);
    assert.equal(restarts.due(now), false);
  }
});
