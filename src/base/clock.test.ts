import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock, systemClock } from "./clock.ts";
import { ms, utcMs } from "./units.ts";

test("the manual clock runs what falls due in order of its due time", () => {
  const clock = manualClock(utcMs(1_000));
  const seen: string[] = [];
  clock.after(ms(20), () => seen.push(`late ${clock.utc()}`));
  clock.after(ms(10), () => seen.push(`early ${clock.utc()}`));
  const tick = clock.every(ms(15), () => seen.push(`tick ${clock.utc()}`));
  clock.advance(ms(31));
  tick.cancel();
  clock.advance(ms(100));
  assert.deepEqual(seen, ["early 1010", "tick 1015", "late 1020", "tick 1030"]);
});

test("the system clock's UTC stays within the millisecond that the host names", () => {
  for (let reading = 0; reading < 1_000; reading += 1) {
    const before = Date.now();
    const utc = systemClock.utc();
    const after = Date.now();
    assert.ok(utc >= before - 0.01 && utc < after + 1.01, `${before} ${utc} ${after}`);
  }
});

test("a sleep ends early when its signal aborts", async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(ms(60_000), stop.signal);
  stop.abort();
  await slept;
  await systemClock.sleep(ms(60_000), stop.signal);
});
