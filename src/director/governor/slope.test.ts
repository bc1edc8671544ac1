import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { TARGET_SLEW_MS_PER_S } from "#protocol";
import { distanceAt, type Plan, restingAt, restsFrom, revised } from "./slope.ts";

const start = 1_795_301_664_000;
const LEAD = 7_000;
const at = (utcMs: number): { utcMs: number; heardBy: number } => ({
  utcMs,
  heardBy: utcMs + LEAD,
});

test("a change begins when all have heard of it, and goes 50 ms a second", () => {
  const plan = revised(restingAt(1_500, start), 2_000, at(start)) as Plan;
  assert.deepEqual(plan, { latencyMs: 2_000, fromLatencyMs: 1_500, fromUtcMs: start + LEAD });
  assert.equal(distanceAt(plan, start), 1_500);
  assert.equal(distanceAt(plan, start + LEAD + 1_000), 1_550);
  assert.equal(restsFrom(plan), start + LEAD + 10_000);
  assert.equal(distanceAt(plan, start + LEAD + 60_000), 2_000);
});

test("a slope on its way is made longer while there is time to tell it, and waited for when there is not", () => {
  const plan = revised(restingAt(1_500, start), 2_000, at(start)) as Plan;
  assert.deepEqual(revised(plan, 2_800, at(start + 9_000)), { ...plan, latencyMs: 2_800 });
  assert.equal(revised(plan, 2_800, at(start + 11_000)), null);
  assert.equal(revised(plan, 2_800, at(start + 17_000))?.fromUtcMs, start + 24_000);
});

test("a slope that leads the wrong way is ended where all have heard of it", () => {
  const down = revised(restingAt(3_000, start), 2_000, at(start)) as Plan;
  const shorter = revised(down, 3_500, at(start + 8_000)) as Plan;
  assert.equal(shorter.latencyMs, 3_000 - 8 * TARGET_SLEW_MS_PER_S);
  assert.equal(shorter.fromUtcMs, down.fromUtcMs);
});

test("a clock that steps back keeps the plan, and the next one begins after it", () => {
  const plan = restingAt(1_500, start);
  const next = revised(plan, 2_000, at(start - 3_600_000)) as Plan;
  assert.equal(next.fromUtcMs, start);
  assert.equal(distanceAt(next, start - 1), 1_500);
});

test("whatever is wanted when, all who asked within the lead agree at every instant", () => {
  const wishes = fc.array(
    fc.record({
      afterMs: fc.integer({ min: 1, max: 30_000 }),
      wanted: fc.integer({ min: 1_200, max: 6_000 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(wishes, (all) => {
      let utcMs = start;
      let plan = restingAt(1_500, start);
      let previous = { plan, until: start };
      for (const { afterMs, wanted } of all) {
        utcMs += afterMs;
        const next = revised(plan, wanted, at(utcMs));
        if (!next) continue;
        // Who has not heard of it yet holds the old plan, until the lead is over.
        previous = { plan, until: utcMs + LEAD };
        plan = next;
        for (let moment = utcMs; moment <= previous.until; moment += 97)
          assert.ok(
            Math.abs(distanceAt(plan, moment) - distanceAt(previous.plan, moment)) < 1e-6,
            `${JSON.stringify([previous.plan, plan])} at ${moment - utcMs}`,
          );
        assert.ok(plan.latencyMs >= 1_200 && plan.latencyMs <= 6_000);
      }
    }),
    { seed: 4, numRuns: 2_000 },
  );
});
