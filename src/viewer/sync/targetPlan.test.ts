import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { PLANS_WAITING_LIMIT, TARGET_JUMP_MS, TARGET_LIMITS_MS } from "./limits.ts";
import { acceptTarget, targetAt, type TargetPlan, targetRefusals } from "./targetPlan.ts";
import { randomOf } from "./viewerFixture.ts";

const NOW = 1_795_301_664_000;
const calm: TargetPlan = { latencyMs: 1_500, version: 1, fromLatencyMs: 1_500, fromUtcMs: 0 };
const accepted = (present: TargetPlan | null, next: unknown, utcMs = NOW): TargetPlan => {
  const outcome = acceptTarget(present, next, utcMs);
  assert.ok("plan" in outcome, JSON.stringify(outcome));
  return outcome.plan;
};

test("the distance moves by 50 ms a second from the plan's instant on, and stays when it is there", () => {
  const plan = { latencyMs: 2_000, version: 1, fromLatencyMs: 1_500, fromUtcMs: NOW };
  const at = (passedMs: number): number => targetAt(plan, NOW + passedMs);
  assert.deepEqual(
    [-1e9, 0, 1_000, 9_000, 10_000, 1e9].map(at),
    [1_500, 1_500, 1_550, 1_950, 2_000, 2_000],
  );
  const down = { ...plan, latencyMs: 1_000 };
  assert.equal(targetAt(down, NOW + 4_000), 1_300);
});

test("every viewer computes the same distance, whenever it heard of the change in time", () => {
  const next = { latencyMs: 3_000, version: 2, fromLatencyMs: 1_500, fromUtcMs: NOW + 10_000 };
  const early = accepted(calm, next, NOW);
  const late = accepted(calm, next, NOW + 9_990);
  for (let passed = 0; passed < 60_000; passed += 250)
    assert.equal(targetAt(early, NOW + passed), targetAt(late, NOW + passed));
});

test("a change told while another is on its way begins where that one is", () => {
  const rising = accepted(calm, { ...calm, version: 2, latencyMs: 3_000, fromUtcMs: NOW });
  const then = { latencyMs: 1_000, version: 3, fromLatencyMs: 2_000, fromUtcMs: NOW + 10_000 };
  const plan = accepted(rising, then, NOW + 4_000);
  assert.equal(targetAt(plan, NOW + 5_000), 1_750);
  assert.equal(targetAt(plan, NOW + 10_000), 2_000);
  assert.equal(targetAt(plan, NOW + 12_000), 1_900);
});

test("a plan that would jump is led in by a slope; a small difference is left to the rate", () => {
  const jump = { latencyMs: 4_000, version: 2, fromLatencyMs: 4_000, fromUtcMs: 0 };
  const plan = accepted(calm, jump);
  assert.equal(targetAt(plan, NOW), 1_500);
  assert.equal(targetAt(plan, NOW + 50_000), 4_000);
  const lately = { ...jump, fromLatencyMs: 1_500, fromUtcMs: NOW - 4_000 };
  assert.equal(targetAt(accepted(calm, lately), NOW), 1_700);
});

test("each refusal is a row, and the plan held before stays", () => {
  const rows: [unknown, keyof typeof targetRefusals][] = [
    [null, "not-a-target"],
    ["1500", "not-a-target"],
    [{ ...calm, latencyMs: "1500" }, "not-a-target"],
    [{ ...calm, fromUtcMs: Number.NaN }, "not-a-target"],
    [{ ...calm, version: 1.5 }, "not-a-target"],
    [{ ...calm, version: -1 }, "not-a-target"],
    [{ ...calm, latencyMs: TARGET_LIMITS_MS.least - 1 }, "out-of-bounds"],
    [{ ...calm, fromLatencyMs: TARGET_LIMITS_MS.most + 1 }, "out-of-bounds"],
    [{ ...calm, version: 2, fromUtcMs: NOW + 600_001 }, "too-far-ahead"],
    [{ ...calm, version: 0 }, "old-version"],
    [{ ...calm, latencyMs: 1_501 }, "same-version"],
  ];
  for (const [next, row] of rows) assert.deepEqual(acceptTarget(calm, next, NOW), { refused: row });
  assert.equal(accepted(calm, { ...calm }), calm);
  let plan = calm;
  for (let version = 2; version < 2 + PLANS_WAITING_LIMIT; version += 1)
    plan = accepted(plan, { ...calm, version, fromUtcMs: NOW + version * 1_000 });
  const more = { ...calm, version: 99, fromUtcMs: NOW + 99_000 };
  assert.deepEqual(acceptTarget(plan, more, NOW), { refused: "too-many" });
  assert.ok("plan" in acceptTarget(plan, more, NOW + 50_000));
  const met = new Set([...rows.map(([, row]) => row), "too-many"]);
  assert.deepEqual([...met].sort(), Object.keys(targetRefusals).sort());
});

test("whatever plans come, the distance stays in its bounds and never jumps by more than the rate makes up for", () => {
  const distance = fc.double({ min: 400, max: 31_000, noNaN: true });
  const told = fc.record({
    latencyMs: distance,
    fromLatencyMs: distance,
    version: fc.integer({ min: 0, max: 30 }),
    fromUtcMs: fc.integer({ min: NOW - 100_000, max: NOW + 700_000 }),
    heardAfterMs: fc.integer({ min: 0, max: 30_000 }),
  });
  fc.assert(
    fc.property(fc.array(told, { maxLength: 20 }), (plans) => {
      let plan = calm;
      let now = NOW;
      for (const { heardAfterMs, ...next } of plans) {
        for (const end = now + heardAfterMs; now < end; now += 500) {
          const moved = Math.abs(targetAt(plan, now + 500) - targetAt(plan, now));
          assert.ok(moved <= 25 + TARGET_JUMP_MS + 1e-6);
        }
        const before = targetAt(plan, now);
        const outcome = acceptTarget(plan, next, now);
        if ("plan" in outcome) plan = outcome.plan;
        const after = targetAt(plan, now);
        assert.ok(Math.abs(after - before) <= TARGET_JUMP_MS + 1e-6);
        assert.ok(after >= TARGET_LIMITS_MS.least && after <= TARGET_LIMITS_MS.most);
      }
    }),
    { numRuns: 500, seed: 5 },
  );
});

test("10,000 mutated plans: a plan or a row, never a throw, never a distance that is no number", () => {
  const random = randomOf(6);
  const wild = [null, undefined, Number.NaN, -0, 1e308, "7", {}, [], true, 2 ** 60, () => 1];
  let plan = calm;
  for (let turn = 0; turn < 10_000; turn += 1) {
    const next: Record<string, unknown> = {
      latencyMs: 500 + random() * 29_500,
      fromLatencyMs: 500 + random() * 29_500,
      version: Math.floor(random() * turn),
      fromUtcMs: NOW + (random() - 0.5) * 1e6,
    };
    const keys = Object.keys(next);
    const key = keys[Math.floor(random() * keys.length)] ?? "";
    if (random() < 0.7) next[key] = wild[Math.floor(random() * wild.length)];
    const outcome = acceptTarget(
      plan,
      random() < 0.1 ? wild[turn % wild.length] : next,
      NOW + turn,
    );
    if ("plan" in outcome) plan = outcome.plan;
    else assert.ok(outcome.refused in targetRefusals);
    assert.ok(Number.isFinite(targetAt(plan, NOW + turn)));
  }
});
