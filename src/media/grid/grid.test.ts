import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError, utcMs } from "#base";
import {
  AAC_FRAME_SAMPLES,
  AUDIO_TIMESCALE,
  createGrid,
  dividesGrid,
  longPartGrid,
  nextPosition,
  PART_MS_LIMIT,
  partEnd,
  partIndex,
  PARTS_PER_SEGMENT_LIMIT,
  partStart,
  partStartTicks,
  partTicks,
  positionAt,
  positionOfIndex,
  positionOfTicks,
  segmentAt,
  segmentStart,
  segmentTicks,
  standardGrid,
  ticksOfUtc,
  TIMESCALE_LIMIT,
  utcOfTicks,
  VIDEO_TIMESCALE,
} from "./index.ts";

const codeOf = (code: string) => (failure: unknown) =>
  failure instanceof RegistaError && failure.code === code;

const grids = fc.constantFrom(standardGrid, longPartGrid);
const segments = fc.integer({ min: 0, max: 3_000_000_000 });
const timescales = fc.constantFrom(VIDEO_TIMESCALE, AUDIO_TIMESCALE, 1_000, 25, 50, 12_800);

test("a part is 320 ms: 28,800 ticks of video, 15,360 samples and so 15 AAC frames of sound", () => {
  assert.equal(standardGrid.partMs, 320);
  assert.equal(standardGrid.segmentMs, 1920);
  assert.equal(partTicks(standardGrid, VIDEO_TIMESCALE), 28_800);
  assert.equal(segmentTicks(standardGrid, VIDEO_TIMESCALE), 172_800);
  assert.equal(partTicks(standardGrid, AUDIO_TIMESCALE), 15_360);
  assert.equal(segmentTicks(standardGrid, AUDIO_TIMESCALE), 92_160);
  assert.equal(partTicks(standardGrid, AUDIO_TIMESCALE) / AAC_FRAME_SAMPLES, 15);
});

test("the grid of long parts has the same segments", () => {
  assert.equal(longPartGrid.segmentMs, standardGrid.segmentMs);
  assert.equal(longPartGrid.partsPerSegment, 3);
  assert.equal(partTicks(longPartGrid, AUDIO_TIMESCALE) / AAC_FRAME_SAMPLES, 30);
});

test("a day has 45,000 segments", () => {
  assert.equal(segmentAt(standardGrid, utcMs(86_400_000)), 45_000);
});

test("an instant just before a boundary, fractions and all, still belongs to the part before", () => {
  fc.assert(
    fc.property(grids, segments, (grid, segment) => {
      const start = segmentStart(grid, segment + 1);
      const justBefore = utcMs(start - 2 ** -10);
      assert.equal(segmentAt(grid, justBefore), segment);
      assert.equal(segmentAt(grid, start), segment + 1);
      assert.deepEqual(positionAt(grid, justBefore), {
        segment,
        part: grid.partsPerSegment - 1,
      });
    }),
  );
  // Divided before it is cut off, this reading would round up onto the boundary.
  const reading = utcMs(8_999_999_999_999_999 / 1024);
  assert.equal(segmentAt(standardGrid, reading), Math.floor(Math.floor(reading) / 1920));
});

test("part, index, instant and tick name the same part", () => {
  fc.assert(
    fc.property(grids, segments, fc.nat(5), timescales, (grid, segment, offset, timescale) => {
      const position = { segment, part: offset % grid.partsPerSegment };
      assert.deepEqual(positionOfIndex(grid, partIndex(grid, position)), position);
      assert.deepEqual(positionAt(grid, partStart(grid, position)), position);
      const ticks = partStartTicks(grid, position, timescale);
      assert.ok(Number.isSafeInteger(ticks));
      assert.deepEqual(positionOfTicks(grid, { ticks, timescale }), { ...position, into: 0 });
      assert.equal(utcOfTicks({ ticks, timescale }), partStart(grid, position));
      assert.equal(ticksOfUtc(partStart(grid, position), timescale), ticks);
    }),
  );
});

test("the next part begins where one ends, also over a segment's end", () => {
  fc.assert(
    fc.property(grids, segments, fc.nat(5), (grid, segment, offset) => {
      const position = { segment, part: offset % grid.partsPerSegment };
      const next = nextPosition(grid, position);
      assert.equal(partStart(grid, next), partEnd(grid, position));
      assert.equal(partIndex(grid, next), partIndex(grid, position) + 1);
    }),
  );
});

test("a tick inside a part says how far inside", () => {
  const ticks = 1_795_301_664 * 90_000 + 28_801;
  const found = positionOfTicks(standardGrid, { ticks, timescale: 90_000 });
  const start = partStartTicks(standardGrid, found, 90_000);
  assert.equal(start + found.into, ticks);
  assert.ok(found.into >= 0 && found.into < 28_800);
});

test("a timescale that cannot name the grid's instants is refused", () => {
  assert.equal(dividesGrid(standardGrid, 44_100), true);
  assert.equal(dividesGrid(standardGrid, 12_345), false);
  assert.equal(dividesGrid(standardGrid, TIMESCALE_LIMIT), true);
  assert.equal(dividesGrid(standardGrid, TIMESCALE_LIMIT + 25), false);
  assert.equal(dividesGrid(standardGrid, 0), false);
  assert.throws(() => partTicks(standardGrid, 30_001), codeOf("grid/bad-timescale"));
});

test("lengths are whole, positive and within their limits", () => {
  createGrid({ partMs: PART_MS_LIMIT, partsPerSegment: PARTS_PER_SEGMENT_LIMIT });
  for (const partMs of [0, -320, 0.5, Number.NaN, PART_MS_LIMIT + 1]) {
    assert.throws(() => createGrid({ partMs, partsPerSegment: 6 }), codeOf("grid/bad-length"));
  }
  for (const partsPerSegment of [0, 1.5, PARTS_PER_SEGMENT_LIMIT + 1]) {
    assert.throws(() => createGrid({ partMs: 320, partsPerSegment }), codeOf("grid/bad-length"));
  }
});
