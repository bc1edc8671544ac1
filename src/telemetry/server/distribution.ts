// Quantiles of one moment, each viewer counted once. A sketch's 0.5 % of two seconds would be 10 ms, and hide the spread
// that is to be shown: few values are sorted, many that lie near one another are counted by whole milliseconds.
import type { Spread } from "#protocol";
import { COUNTED_RANGE_MS, LATENCY_LIMIT_MS, SORTED_VALUES_LIMIT } from "./limits.ts";

/** Counts by whole milliseconds, shared by all distributions: each leaves it as it found it. */
const counts = new Uint32Array(LATENCY_LIMIT_MS + 2);

/** What a distribution tells of itself. */
interface Quantiles {
  readonly spread: Spread | null;
  /** From the 2.5th percentile to the 97.5th; of fewer than 40 values, from the least to the largest. Null below two. */
  readonly width: number | null;
}

/**
 * Median, 95th and 99th percentile by nearest rank, of numbers from 0 to {@link LATENCY_LIMIT_MS}; `values` may be put in
 * order. `withoutWorst`: of three values or more none of the percentiles is the largest one.
 */
export function quantilesOf(values: Float64Array, withoutWorst = false): Quantiles {
  const n = values.length;
  if (n === 0) return { spread: null, width: null };
  const last = withoutWorst && n >= 3 ? n - 2 : n - 1;
  const rank = (share: number): number => Math.min(last, Math.ceil(share * n) - 1);
  const outside = Math.floor(0.025 * n);
  const ranks = [outside, rank(0.5), rank(0.95), n - 1 - outside, rank(0.99)];
  const [low, p50, p95, high, p99] = at(values, ranks) as [number, number, number, number, number];
  return { spread: { p50, p95, p99, n }, width: n < 2 ? null : high - low };
}

function at(values: Float64Array, ranks: readonly number[]): number[] {
  if (values.length > SORTED_VALUES_LIMIT) {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    // Values far apart, as liars may tell them, would make the way through the counts longer than sorting.
    if (most - least <= COUNTED_RANGE_MS * values.length)
      return byCounting(values, ranks, [Math.floor(least), Math.ceil(most)]);
  }
  values.sort();
  return ranks.map((rank) => values[rank] as number);
}

/** The values at `ranks`, rounded to whole milliseconds. */
function byCounting(
  values: Float64Array,
  ranks: readonly number[],
  [least, most]: readonly [number, number],
): number[] {
  for (let index = 0; index < values.length; index++) {
    const whole = Math.round(values[index] as number);
    counts[whole] = (counts[whole] as number) + 1;
  }
  const ascending = ranks.toSorted((a, b) => a - b);
  const found = new Map<number, number>();
  let seen = 0;
  let next = 0;
  for (let whole = least; whole <= most && next < ascending.length; whole++) {
    seen += counts[whole] as number;
    while (next < ascending.length && (ascending[next] as number) < seen)
      found.set(ascending[next++] as number, whole);
  }
  counts.fill(0, least, most + 1);
  return ranks.map((rank) => found.get(rank) as number);
}
