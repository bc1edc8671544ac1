import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { ClockEstimate, SAMPLE_AGE_LIMIT_MS, SAMPLES_KEPT } from "./clockEstimate.ts";

test("the true offset always lies within the bound, whatever the delays of each way", () => {
  const way = fc.integer({ min: 0, max: 400 });
  fc.assert(
    fc.property(
      fc.integer({ min: -100_000, max: 100_000 }),
      fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 60 }),
      (offset, ways) => {
        const estimate = new ClockEstimate();
        ways.forEach(([there, back], at) => {
          const sentAt = at * 1_000;
          estimate.add({
            sentAt,
            receivedAt: sentAt + there + back,
            serverUtcMs: sentAt + there + offset,
          });
        });
        const best = estimate.best;
        assert.ok(best);
        assert.ok(Math.abs(best.offsetMs - offset) <= best.errorMs + 1e-9);
        const kept = ways.slice(-SAMPLES_KEPT).map(([there, back]) => (there + back) / 2);
        assert.equal(best.errorMs, Math.min(...kept));
      },
    ),
  );
});

test("nothing is known before the first exchange, after a clear, and from an impossible exchange", () => {
  const estimate = new ClockEstimate();
  assert.equal(estimate.best, null);
  estimate.add({ sentAt: 5, receivedAt: 1, serverUtcMs: 3 });
  estimate.add({ sentAt: 1, receivedAt: 5, serverUtcMs: Number.NaN });
  assert.equal(estimate.best, null);
  estimate.add({ sentAt: 0, receivedAt: 2, serverUtcMs: 11 });
  assert.deepEqual(estimate.best, { offsetMs: 10, errorMs: 1 });
  estimate.clear();
  assert.equal(estimate.best, null);
});

test("an old exchange is forgotten although it was the best", () => {
  const estimate = new ClockEstimate();
  estimate.add({ sentAt: 0, receivedAt: 0, serverUtcMs: 100 });
  const later = SAMPLE_AGE_LIMIT_MS + 1;
  estimate.add({ sentAt: later - 10, receivedAt: later, serverUtcMs: later });
  assert.equal(estimate.best?.errorMs, 5);
});
