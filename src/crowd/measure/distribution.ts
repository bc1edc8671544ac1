// A quantity's distribution: a sketch, and its exact greatest value.
import { type PlainSketch, Sketch } from "#telemetry";

/** A distribution as plain numbers, for another process. */
export interface PlainDistribution {
  readonly sketch: PlainSketch;
  readonly min: number;
  readonly max: number;
}

/** What a report says of a distribution; quantiles within the sketch's relative error, `max` exact. */
export interface Figures {
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly n: number;
}

/** Finite numbers in bounded memory; two add up to that of both. */
export class Distribution {
  #sketch = new Sketch();
  #min = Infinity;
  #max = -Infinity;

  get count(): number {
    return this.#sketch.count;
  }

  add(value: number): void {
    this.#sketch.add(value);
    if (value > this.#max) this.#max = value;
    if (value < this.#min) this.#min = value;
  }

  merge(other: Distribution): void {
    this.#sketch.merge(other.#sketch);
    this.#max = Math.max(this.#max, other.#max);
    this.#min = Math.min(this.#min, other.#min);
  }

  /** Null when nothing was added. */
  figures(): Figures | null {
    const found = this.#sketch.quantiles([0.05, 0.5, 0.95, 0.99]);
    if (!found) return null;
    const [p5, p50, p95, p99] = found as [number, number, number, number];
    // A bucket's value may lie beyond all of its members; what is shown never does.
    const held = (value: number): number => Math.max(this.#min, Math.min(value, this.#max));
    return {
      p5: held(p5),
      p50: held(p50),
      p95: held(p95),
      p99: held(p99),
      max: this.#max,
      n: this.#sketch.count,
    };
  }

  /** Null when nothing was added. */
  toJSON(): PlainDistribution | null {
    return this.count === 0
      ? null
      : { sketch: this.#sketch.toJSON(), min: this.#min, max: this.#max };
  }

  static from(plain: PlainDistribution | null): Distribution {
    const distribution = new Distribution();
    if (!plain) return distribution;
    distribution.#sketch = Sketch.from(plain.sketch);
    distribution.#min = plain.min;
    distribution.#max = plain.max;
    return distribution;
  }
}
