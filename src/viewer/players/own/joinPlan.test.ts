import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { joinAt } from "./joinPlan.ts";
import { joinPoint, newestAt, partAt, type PartGrid, segmentOf, startOf } from "./partGrid.ts";

const grid: PartGrid = { startMs: 0, partMs: 320, perSegment: 6, joinEvery: 3, delayMs: 120 };
const moment = fc.integer({ min: 1_795_000_000_000, max: 1_795_900_000_000 });

test("loading begins where decoding can, not after the place, and with what the edge has", () => {
  fc.assert(
    fc.property(
      moment,
      fc.integer({ min: 500, max: 30_000 }),
      fc.integer({ min: 0, max: 400 }),
      (utcMs, targetMs, leadMs) => {
        const { placeS, part } = joinAt(grid, { utcMs, targetMs, leadMs });
        assert.equal(Math.round(placeS * 1_000), utcMs + leadMs - targetMs);
        assert.equal(part % grid.joinEvery, 0);
        assert.ok(startOf(grid, part) <= placeS + 0.000_5);
        assert.ok(part <= newestAt(grid, utcMs));
        // The next place for decoding lies after the place, or is not to be had yet.
        const later = part + grid.joinEvery;
        assert.ok(startOf(grid, later) > placeS - 0.000_5 || later > newestAt(grid, utcMs));
      },
    ),
    { numRuns: 2_000, seed: 7 },
  );
});

test("a part is answerable its delay after its end, not a millisecond before", () => {
  const endMs = 1_795_000_000_000 + (320 - (1_795_000_000_000 % 320));
  const part = endMs / 320 - 1;
  assert.equal(newestAt(grid, endMs + 119), part - 1);
  assert.equal(newestAt(grid, endMs + 120), part);
});

test("places and parts are each other's inverse, also where a fraction of a second falls short of a boundary", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6_000_000_000 }), (part) => {
      assert.equal(partAt(grid, startOf(grid, part)), part);
      assert.equal(partAt(grid, startOf(grid, part) - 0.000_2), part);
      assert.equal(partAt(grid, startOf(grid, part) - 0.001), part - 1);
      assert.equal(segmentOf(grid, joinPoint(grid, part)), segmentOf(grid, part));
    }),
    { numRuns: 2_000, seed: 7 },
  );
});

test("before the first part there is, the join is at the first", () => {
  assert.deepEqual(joinAt(grid, { utcMs: 100, targetMs: 1_500, leadMs: 0 }), {
    placeS: 0,
    part: 0,
  });
});
