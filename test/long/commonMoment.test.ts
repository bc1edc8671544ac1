// Two hours of a city's viewers in a minute: clocks that drift, paths that differ, stalls, weak networks, changes of
// edge, a target that moves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { percentile, playMoment } from "../../src/viewer/sync/momentFixture.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heapBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

test("two hours: the spread of those able stays within 100 ms, nobody is lost, nothing grows, no clock leaves its bound", (t) => {
  const heap = new Map<number, number>();
  const figures = playMoment(
    {
      seed: 90,
      viewers: 120,
      durationMs: 7_200_000,
      tickMs: 200,
      targetsMs: [1_500, 2_200, 1_800, 3_000, 1_500, 5_000, 2_000, 1_500],
      stallEachMs: 600_000,
    },
    (minute) => {
      if (minute === 20 || minute === 119) heap.set(minute, heapBytes());
    },
  );
  const { spreads, able, atEnd, stalls, limited, moves, counters } = figures;
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => Math.round(percentile(spreads, share)));
  const clocks = Math.round(percentile(figures.clockErrors, 0.95));
  t.diagnostic(`spread ${p50} / ${p95} / ${most} ms (p50, p95, most), able ${able.toFixed(2)}`);
  t.diagnostic(`${stalls} stalls, ${limited} weak spells, ${moves} changes of edge`);
  t.diagnostic(`${JSON.stringify(counters)}, clocks within ${clocks} ms (p95 of worst)`);
  assert.ok((p95 ?? 999) <= 100, `${p95} ms`);
  assert.ok(able >= 0.8, "most are able most of the time");
  assert.ok(stalls > 1_000 && limited > 500 && moves > 500);
  assert.equal(figures.beyondBound, 0);
  for (const { profile, awayMs, sentence } of atEnd)
    assert.ok(Math.abs(awayMs) <= (profile === "fixed" ? 1_100 : 100), `${profile}: ${sentence}`);
  const [early = 0, late = 0] = [heap.get(20), heap.get(119)];
  assert.ok(early > 0 && late - early < 2e6, `${early} to ${late} bytes`);
});
