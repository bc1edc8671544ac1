import assert from "node:assert/strict";
import test from "node:test";
import { DEFAULT_TARGET_MS, FollowedTarget } from "./followedTarget.ts";

const NOW = 1_795_300_000_000;
const plan = (latencyMs: number, version: number, fromLatencyMs = latencyMs) => ({
  latencyMs,
  version,
  fromLatencyMs,
  fromUtcMs: NOW,
});

test("without a director there is a target, and the director's first word moves it without a jump", () => {
  const target = new FollowedTarget();
  target.begin(null, NOW);
  assert.equal(target.at(NOW), DEFAULT_TARGET_MS);
  assert.equal(target.version, null);
  target.offer(plan(1_900, 0), NOW);
  assert.equal(target.version, 0);
  assert.equal(target.at(NOW), DEFAULT_TARGET_MS);
  assert.equal(target.at(NOW + 2_000), DEFAULT_TARGET_MS + 100);
  assert.equal(target.at(NOW + 60_000), 1_900);
});

test("a session's target is taken at once, and another session's anew", () => {
  const target = new FollowedTarget();
  target.begin(plan(1_800, 7), NOW);
  assert.equal(target.at(NOW), 1_800);
  target.begin(plan(2_500, 3), NOW);
  assert.equal(target.at(NOW), 2_500);
  assert.equal(target.version, 3);
});

test("a target that cannot be followed is counted, and the one before it stays", () => {
  const target = new FollowedTarget();
  target.begin(plan(1_800, 7), NOW);
  for (const wrong of [undefined, "1500", plan(1, 8), plan(90_000, 9), plan(1_500, 6)])
    target.offer(wrong, NOW);
  assert.equal(target.refusals, 5);
  assert.equal(target.lastRefusal, "old-version");
  assert.equal(target.at(NOW + 10_000), 1_800);
});
