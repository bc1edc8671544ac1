import assert from "node:assert/strict";
import test from "node:test";
import { percentile, playMoment } from "./momentFixture.ts";

test("twenty viewers of one city, two minutes, a target that moves: who is able sees the same moment within 100 ms", () => {
  const figures = playMoment({
    seed: 5,
    viewers: 20,
    durationMs: 150_000,
    tickMs: 50,
    targetsMs: [1_500, 2_000],
    stallEachMs: 60_000,
  });
  assert.ok(percentile(figures.spreads, 0.95) <= 100, `${percentile(figures.spreads, 0.95)} ms`);
  assert.ok(figures.spreads.length >= 90);
  assert.ok(figures.stalls >= 5 && figures.limited >= 2 && figures.moves >= 2);
  assert.equal(figures.beyondBound, 0);
  for (const { profile, awayMs, sentence } of figures.atEnd)
    assert.ok(Math.abs(awayMs) <= (profile === "fixed" ? 1_100 : 100), `${profile}: ${sentence}`);
});
