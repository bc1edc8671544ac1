import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { CaptureTimeline } from "./captureTimeline.ts";
import { ANCHORS_KEPT } from "./limits.ts";

test("one anchor joins both times, either way, before and after it", () => {
  const timeline = new CaptureTimeline();
  assert.deepEqual([timeline.captureMs(1), timeline.mediaTimeS(1)], [null, null]);
  timeline.anchor(10, 1_000_000);
  assert.equal(timeline.captureMs(12.5), 1_002_500);
  assert.equal(timeline.captureMs(9), 999_000);
  assert.equal(timeline.mediaTimeS(1_002_500), 12.5);
  assert.equal(timeline.mediaTimeS(999_000), 9);
  timeline.clear();
  assert.equal(timeline.captureMs(10), null);
});

test("after a discontinuity the newest anchor not after the place counts, and a hole leads to its end", () => {
  const timeline = new CaptureTimeline();
  timeline.anchor(0, 100_000);
  timeline.anchor(10, 130_000);
  timeline.anchor(20, 131_000);
  assert.deepEqual(
    [5, 9.999, 10, 15, 20].map((place) => timeline.captureMs(place)),
    [105_000, 109_999, 130_000, 135_000, 131_000],
  );
  assert.equal(timeline.mediaTimeS(105_000), 5);
  assert.equal(timeline.mediaTimeS(120_000), 10);
  assert.equal(timeline.mediaTimeS(130_500), 10.5);
  assert.equal(timeline.mediaTimeS(132_000), 21);
});

test("an anchor that says nothing new is not kept, one that corrects its place replaces it, the oldest go", () => {
  const timeline = new CaptureTimeline();
  timeline.anchor(0, 0);
  for (let place = 1; place < 1_000; place += 1) timeline.anchor(place, place * 1_000 + 1);
  assert.equal(timeline.captureMs(2_000), 2_000_000);
  timeline.anchor(500, 600_000);
  timeline.anchor(500, 700_000);
  assert.equal(timeline.captureMs(501), 701_000);
  for (let joint = 1; joint <= ANCHORS_KEPT; joint += 1)
    timeline.anchor(1_000 + joint, joint * 1e7);
  assert.equal(timeline.captureMs(501), 1e7 - 500_000);
});

test("what is no number changes nothing", () => {
  const timeline = new CaptureTimeline();
  timeline.anchor(1, 1_000);
  for (const wild of [Number.NaN, Number.POSITIVE_INFINITY]) {
    timeline.anchor(wild, 5);
    timeline.anchor(5, wild);
  }
  assert.equal(timeline.captureMs(5), 5_000);
});

test("there and back is the same place, for every place outside of a hole", () => {
  const joint = fc.record({
    after: fc.integer({ min: 1, max: 100 }),
    hole: fc.integer({ min: 0, max: 100_000 }),
  });
  fc.assert(
    fc.property(fc.array(joint, { minLength: 1, maxLength: 12 }), (joints) => {
      const timeline = new CaptureTimeline();
      let place = 0;
      let capture = 1.8e12;
      timeline.anchor(place, capture);
      for (const { after, hole } of joints) {
        place += after;
        capture += after * 1_000 + hole;
        timeline.anchor(place, capture);
      }
      for (let at = 0; at < place + 10; at += 0.7)
        assert.ok(Math.abs((timeline.mediaTimeS(timeline.captureMs(at) ?? 0) ?? 0) - at) < 0.003);
    }),
    { numRuns: 300, seed: 8 },
  );
});
