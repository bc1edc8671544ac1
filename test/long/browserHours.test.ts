// The hours of `npm run soak` in ten minutes: the same rules, a reading each half minute.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { soak } from "../../bench/sync/soak/soak.ts";

const MINUTES = 9;

test("nine minutes of three players with false clocks: nothing grows, nobody drifts, nobody is lost", async (t) => {
  const { readings, reasons } = await soak({
    minutes: MINUTES,
    periodMs: ms(30_000),
    say: (line) => t.diagnostic(line),
  });
  assert.deepEqual(reasons, []);
  assert.ok(readings.length >= 2 * MINUTES - 2, `${readings.length} readings`);
});
