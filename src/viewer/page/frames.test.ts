import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { FrameMeter } from "./frames.ts";

/** Frames 20 ms apart from `from`, the last at `to`. */
function play(meter: FrameMeter, from: number, to: number, mediaFrom = from): void {
  for (let at = from; at <= to; at += 20)
    meter.frame({
      presentedAt: at,
      presentedFrames: at / 20,
      mediaTime: (mediaFrom + at - from) / 1_000,
      latencyMs: 1_500,
    });
}

test("steady play has no stall, at any rate of frames below the limit", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 2 }), (gaps) => {
      const meter = new FrameMeter();
      let at = 0;
      gaps.forEach((gap, index) => {
        at += gap;
        meter.frame({
          presentedAt: at,
          presentedFrames: index,
          mediaTime: at / 1_000,
          latencyMs: null,
        });
      });
      assert.equal(meter.stalls(at), 0);
    }),
  );
});

test("a wait of more than 200 ms is one stall, while it lasts and after it", () => {
  const meter = new FrameMeter();
  play(meter, 0, 400);
  assert.equal(meter.stalls(600), 0);
  assert.equal(meter.stalls(601), 1);
  meter.frame({ presentedAt: 900, presentedFrames: 21, mediaTime: 0.42, latencyMs: 2_000 });
  assert.equal(meter.stalls(900), 1);
});

test("a jump over more than 200 ms of the match is a stall", () => {
  const meter = new FrameMeter();
  play(meter, 0, 400);
  play(meter, 420, 800, 700);
  assert.equal(meter.stalls(800), 1);
});

test("a jump back over more than 200 ms of the match is a stall too, callbacks missed or not", () => {
  const meter = new FrameMeter();
  play(meter, 0, 400);
  play(meter, 420, 800, 100);
  meter.frame({ presentedAt: 840, presentedFrames: 44, mediaTime: 0.1, latencyMs: null });
  assert.equal(meter.stalls(840), 2);
});

test("missed callbacks are no stall as long as frames went on", () => {
  const meter = new FrameMeter();
  play(meter, 0, 400);
  meter.frame({ presentedAt: 900, presentedFrames: 45, mediaTime: 0.9, latencyMs: 1_500 });
  assert.equal(meter.stalls(900), 0);
});

test("a pause is no stall", () => {
  const meter = new FrameMeter();
  play(meter, 0, 400);
  meter.interrupt();
  assert.equal(meter.stalls(5_000), 0);
  play(meter, 6_000, 6_400);
  assert.equal(meter.stalls(6_400), 0);
});

test("a stall that ends only with another player counts once, and a new session counts from nothing", () => {
  const meter = new FrameMeter();
  play(meter, 0, 400);
  meter.cut(4_400);
  assert.equal(meter.stalls(4_500), 1);
  play(meter, 6_000, 6_400);
  assert.equal(meter.stalls(6_400), 1);
  meter.cut(6_500);
  assert.equal(meter.stalls(6_500), 1);
  meter.reset();
  assert.equal(meter.stalls(6_500), 0);
});

test("the latency is the median of the last second", () => {
  const meter = new FrameMeter();
  assert.equal(meter.latencyMs, null);
  const frame = (presentedAt: number, latencyMs: number): void =>
    meter.frame({ presentedAt, presentedFrames: presentedAt, mediaTime: 0, latencyMs });
  frame(0, 9_000);
  for (let at = 100; at <= 1_100; at += 100) frame(at, at === 700 ? 5_000 : 1_500);
  assert.equal(meter.latencyMs, 1_500);
  frame(5_000, 1_700);
  assert.equal(meter.latencyMs, 1_700);
});

test("what steers the playhead is the median of the last frames, and nothing when they stopped", () => {
  const meter = new FrameMeter();
  assert.equal(meter.latencyAt(0), null);
  play(meter, 0, 1_000);
  for (const [at, latencyMs] of [
    [1_080, 1_600],
    [1_100, 9_000],
    [1_140, 1_600],
  ] as const)
    meter.frame({ presentedAt: at, presentedFrames: at / 20, mediaTime: at / 1_000, latencyMs });
  assert.equal(meter.latencyAt(1_180), 1_600);
  assert.equal(meter.latencyMs, 1_500);
  assert.equal(meter.latencyAt(1_261), null);
});
