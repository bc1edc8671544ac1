// Quantiles of durations in bounded memory: counts in buckets whose bounds grow by a constant factor, so that every
// quantile is known to a constant relative error, and two sketches add up to the sketch of both (the idea of DDSketch,
// Masson, Rim and Lee, VLDB 2019). Negative durations, which clocks that differ produce, are kept on a mirrored side.
import type { Spread } from "#protocol";
import { SKETCH_LARGEST_MS, SKETCH_RELATIVE_ERROR, SKETCH_SMALLEST_MS } from "./limits.ts";

const growth = (1 + SKETCH_RELATIVE_ERROR) / (1 - SKETCH_RELATIVE_ERROR);
const logGrowth = Math.log(growth);

/** The bucket of a magnitude: `growth ** (bucket - 1) < magnitude <= growth ** bucket`. */
const bucketOf = (magnitude: number): number =>
  Math.ceil(Math.log(Math.min(magnitude, SKETCH_LARGEST_MS)) / logGrowth);

/** The value of a bucket that is off from none of its members by more than the relative error. */
const valueOf = (bucket: number): number => (2 * growth ** bucket) / (growth + 1);

/** A sketch as plain numbers: counts near zero, and on each side of it pairs of bucket and count, one after the other. */
export interface PlainSketch {
  readonly zeros: number;
  readonly positive: readonly number[];
  readonly negative: readonly number[];
}

/** A mergeable summary of numbers; quantiles within {@link SKETCH_RELATIVE_ERROR} of the exact ones. */
export class Sketch {
  readonly #positive = new Map<number, number>();
  readonly #negative = new Map<number, number>();
  #zeros = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds a finite number. */
  add(value: number): void {
    this.#count += 1;
    const magnitude = Math.abs(value);
    if (magnitude < SKETCH_SMALLEST_MS) this.#zeros += 1;
    else increase(value > 0 ? this.#positive : this.#negative, bucketOf(magnitude), 1);
  }

  /** As plain numbers, for another process; see {@link Sketch.from}. */
  toJSON(): PlainSketch {
    return {
      zeros: this.#zeros,
      positive: [...this.#positive].flat(),
      negative: [...this.#negative].flat(),
    };
  }

  /** The sketch that {@link toJSON} wrote. */
  static from(plain: PlainSketch): Sketch {
    const sketch = new Sketch();
    sketch.#zeros = plain.zeros;
    sketch.#count = plain.zeros;
    for (const side of ["positive", "negative"] as const) {
      const buckets = side === "positive" ? sketch.#positive : sketch.#negative;
      const pairs = plain[side];
      for (let at = 0; at + 1 < pairs.length; at += 2) {
        increase(buckets, pairs[at] as number, pairs[at + 1] as number);
        sketch.#count += pairs[at + 1] as number;
      }
    }
    return sketch;
  }

  /** Adds everything that `other` holds. */
  merge(other: Sketch): void {
    this.#count += other.#count;
    this.#zeros += other.#zeros;
    for (const [bucket, count] of other.#positive) increase(this.#positive, bucket, count);
    for (const [bucket, count] of other.#negative) increase(this.#negative, bucket, count);
  }

  /** The values at `shares` (ascending, 0…1): for each the one of rank ⌊share · (count − 1)⌋. Null when empty. */
  quantiles(shares: readonly number[]): number[] | null {
    if (this.#count === 0) return null;
    const found: number[] = [];
    let seen = 0;
    for (const [value, count] of this.#ascending()) {
      seen += count;
      while (
        found.length < shares.length &&
        rankOf(shares[found.length] as number, this.#count) < seen
      )
        found.push(value);
    }
    return found;
  }

  /** Median, 95th and 99th percentile and how many; null when empty. */
  spread(): Spread | null {
    const found = this.quantiles([0.5, 0.95, 0.99]);
    if (!found) return null;
    const [p50, p95, p99] = found as [number, number, number];
    return { p50, p95, p99, n: this.#count };
  }

  *#ascending(): Generator<[value: number, count: number]> {
    for (const bucket of sorted(this.#negative).toReversed())
      yield [-valueOf(bucket), this.#negative.get(bucket) as number];
    if (this.#zeros > 0) yield [0, this.#zeros];
    for (const bucket of sorted(this.#positive))
      yield [valueOf(bucket), this.#positive.get(bucket) as number];
  }
}

const rankOf = (share: number, count: number): number => Math.floor(share * (count - 1));
const sorted = (buckets: Map<number, number>): number[] =>
  [...buckets.keys()].sort((a, b) => a - b);

function increase(buckets: Map<number, number>, bucket: number, by: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + by);
}
