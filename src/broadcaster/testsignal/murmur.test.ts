import assert from "node:assert/strict";
import { test } from "node:test";
import { CHANNELS, SAMPLE_RATE, TestSound } from "./murmur.ts";

const loudness = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);

function soundOf(first: number, count: number): Int16Array {
  const out = new Int16Array(count * CHANNELS);
  new TestSound().render(out, first);
  return out;
}

const second = 1_795_301_664 * SAMPLE_RATE;

test("a beep of 1 kHz sounds for 40 ms from every full second on, over a murmur", () => {
  const beep = soundOf(second, (SAMPLE_RATE * 40) / 1000);
  const murmur = soundOf(second + SAMPLE_RATE / 2, SAMPLE_RATE / 4);
  assert.ok(loudness(murmur) > 30, "somebody is there");
  assert.ok(loudness(beep) > 5 * loudness(murmur), "the beep stands out");
  let crossings = 0;
  for (let index = 1; index < beep.length / CHANNELS; index++) {
    const was = beep[(index - 1) * CHANNELS] as number;
    if (was < 0 !== (beep[index * CHANNELS] as number) < 0) crossings++;
  }
  assert.ok(Math.abs(crossings - 80) <= 4, `${crossings} crossings in 40 periods`);
});

test("the sound at a sample is the same however it is asked for", () => {
  const whole = soundOf(second - 5_000, 10_000);
  const parts = [soundOf(second - 5_000, 4_999), soundOf(second - 1, 5_001)];
  assert.deepEqual([...(parts[0] as Int16Array), ...(parts[1] as Int16Array)], [...whole]);
});

test("the murmur comes round without a click", () => {
  const loop = 8 * SAMPLE_RATE;
  const seam = second - (second % loop) + loop;
  const step = (samples: Int16Array): number =>
    Math.max(
      ...[...samples].slice(CHANNELS).map((value, at) => Math.abs(value - (samples[at] as number))),
    );
  // The beep begins with the second, so the seam is looked at from its left, up to the first sample of the beep.
  const over = step(soundOf(seam - 60, 61));
  const usual = step(soundOf(seam - 10_000, 9_000));
  assert.ok(over <= 1.5 * usual, `a step of ${over} where ${usual} is usual`);
});
