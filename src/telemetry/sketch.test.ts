import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SKETCH_LARGEST_MS, SKETCH_RELATIVE_ERROR, SKETCH_SMALLEST_MS } from "./limits.ts";
import { type PlainSketch, Sketch } from "./sketch.ts";

const shares = [0, 0.05, 0.5, 0.95, 0.99, 1];
const value = fc.oneof(
  fc.double({ min: -2_000, max: 20_000, noNaN: true }),
  fc.double({ min: -0.02, max: 0.02, noNaN: true }),
  fc.integer({ min: 0, max: 50 }),
);
const values = fc.array(value, { minLength: 1, maxLength: 300 });

const sketchOf = (numbers: readonly number[]): Sketch => {
  const sketch = new Sketch();
  for (const number of numbers) sketch.add(number);
  return sketch;
};

/** The promise: the same rank, and a value within the relative error (or within what counts as zero). */
function assertNear(sketch: Sketch, numbers: readonly number[]): void {
  const exact = numbers.toSorted((a, b) => a - b);
  const found = sketch.quantiles(shares) as number[];
  assert.equal(found.length, shares.length);
  for (const [at, share] of shares.entries()) {
    const truth = exact[Math.floor(share * (exact.length - 1))] as number;
    const allowed = Math.abs(truth) * SKETCH_RELATIVE_ERROR * 1.000_001 + SKETCH_SMALLEST_MS;
    assert.ok(
      Math.abs((found[at] as number) - truth) <= allowed,
      `q${share}: ${found[at]} for ${truth}`,
    );
  }
}

describe("the sketch", () => {
  it("knows every quantile of any numbers within its relative error", () => {
    fc.assert(
      fc.property(values, (numbers) => assertNear(sketchOf(numbers), numbers)),
      { seed: 6, numRuns: 1_000 },
    );
  });

  it("merged with another is the sketch of both", () => {
    fc.assert(
      fc.property(values, values, (some, others) => {
        const merged = sketchOf(some);
        merged.merge(sketchOf(others));
        assert.equal(merged.count, some.length + others.length);
        assert.deepEqual(
          merged.quantiles(shares),
          sketchOf([...some, ...others]).quantiles(shares),
        );
        assertNear(merged, [...some, ...others]);
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it("written as plain numbers and read again is the same sketch", () => {
    fc.assert(
      fc.property(values, (numbers) => {
        const told = JSON.stringify(sketchOf(numbers).toJSON());
        const read = Sketch.from(JSON.parse(told) as PlainSketch);
        assert.deepEqual(read.quantiles(shares), sketchOf(numbers).quantiles(shares));
        assert.equal(read.count, numbers.length);
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it("holds numbers beyond its range at its range, so that it stays small", () => {
    const [least, most] = sketchOf([-1e300, 1e300]).quantiles([0, 1]) as [number, number];
    assert.ok(Math.abs(most / SKETCH_LARGEST_MS - 1) <= SKETCH_RELATIVE_ERROR);
    assert.ok(Math.abs(least / -SKETCH_LARGEST_MS - 1) <= SKETCH_RELATIVE_ERROR);
  });

  it("says nothing of nothing", () => {
    assert.equal(new Sketch().spread(), null);
  });
});
