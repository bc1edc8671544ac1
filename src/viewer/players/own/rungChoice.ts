// Which rung to load: down at once, up after calm and proof. Pure.
import { enoughFor } from "../pictureSize.ts";
import {
  CALM_MS,
  DOWN_SHARE,
  LONGEST_CALM_MS,
  LOW_BUFFER_MS,
  LOWER_AGAIN_MS,
  PROBE_DEADLINE_MS,
  PROBE_PERIOD_MS,
  PROBE_REST,
  PROBES_WANTED,
  REGRET_MS,
  UP_SHARE,
} from "./limits.ts";
import { Lateness, type PartSeen } from "./lateness.ts";
import { Throughput } from "./throughput.ts";

/** What is known of a rung beforehand. */
export interface RungFacts {
  readonly kbps: number;
  readonly height: number | null;
}

/** Chooses among rungs from low to high. Instants `now` are monotonic ms. */
export class RungChoice {
  readonly throughput = new Throughput();
  readonly #rungs: readonly RungFacts[];
  readonly #lateness = new Lateness();
  #rung: number;
  #pixels = 0;
  #lower: { most: number; since: number } | null = null;
  #low = 0;
  #good = 0;
  #calmMs = CALM_MS;
  #calmSince: number;
  #wentUpAt = Number.NEGATIVE_INFINITY;
  #probeFrom = Number.NEGATIVE_INFINITY;

  /** Begins with the best rung that `startKbps` carries. */
  constructor(rungs: readonly RungFacts[], start: { kbps: number; now: number }) {
    this.#rungs = rungs;
    this.#rung = Math.max(
      0,
      rungs.findLastIndex(({ kbps }) => kbps <= start.kbps),
    );
    this.#calmSince = start.now;
  }

  /** The rung to load from the next place on where it can be changed. */
  get rung(): number {
    return Math.min(this.#rung, this.#most);
  }

  /** A picture of `pixels` in height is all that can be seen. */
  showing(pixels: number): void {
    this.#pixels = pixels;
  }

  /** Only rungs below the present one, until it is taken back; said for long, one more. Returns whether to change at once. */
  limit(to: "any" | "lower", now: number): boolean {
    if (to === "any") {
      if (!this.#lower) return false;
      // What was too much is not taken again without proof.
      this.#rung = this.rung;
      this.#lower = null;
      this.#calm(now);
      return false;
    }
    const again = this.#lower && now - this.#lower.since >= LOWER_AGAIN_MS;
    if (this.#lower && !again) return false;
    const before = this.rung;
    this.#lower = { most: Math.max(0, before - 1), since: now };
    return this.rung < before;
  }

  /** A part of the rung came, `aheadMs` of picture being buffered then. Returns whether to change at once. */
  part(seen: PartSeen & { aheadMs: number }, now: number): boolean {
    const overload = this.#lateness.part(seen);
    if (overload) this.throughput.add(seen.bytes, (seen.bytes * 8) / overload.kbps, now);
    this.#low = seen.aheadMs < LOW_BUFFER_MS ? this.#low + 1 : 0;
    if (!overload && this.#low < 2) return false;
    const fits = overload
      ? this.#rungs.findLastIndex(({ kbps }) => kbps <= overload.kbps * DOWN_SHARE)
      : this.rung - 1;
    return this.#down(fits, now);
  }

  /** The line failed or stood still: no rung's fault, but no calm either. */
  disturbed(now: number): void {
    this.#lateness.forget();
    this.#calm(now);
  }

  /** The rung to try a past part of now; null when none is to be tried. {@link probed} has to follow. */
  probe(now: number): number | null {
    const next = this.rung + 1;
    if (next > this.#most || now - this.#calmSince < this.#calmMs) return null;
    if (now < this.#probeFrom) return null;
    this.#probeFrom = Number.POSITIVE_INFINITY;
    return next;
  }

  /** A past part of the next rung came in `tookMs`, beside what was loaded; null: it did not come in time. */
  probed(delivery: { bytes: number; tookMs: number } | null, now: number): void {
    const rest = PROBE_REST * (delivery?.tookMs ?? PROBE_DEADLINE_MS);
    this.#probeFrom = now + Math.max(PROBE_PERIOD_MS, rest);
    const next = this.#rungs[this.rung + 1];
    if (!next) return;
    const kbps = delivery ? (delivery.bytes * 8) / Math.max(1, delivery.tookMs) : 0;
    if (delivery) this.throughput.add(delivery.bytes, delivery.tookMs, now);
    if (next.kbps > kbps * UP_SHARE) return this.#calm(now);
    this.#good += 1;
    if (this.#good < PROBES_WANTED || this.rung + 1 > this.#most) return;
    this.#rung = this.rung + 1;
    this.#wentUpAt = now;
    this.#calm(now);
    this.#lateness.forget();
  }

  /** What came with the join, as fast as the line gave it: proof enough for the rungs that it carries twice over. */
  joined(delivery: { bytes: number; tookMs: number }, now: number): void {
    this.throughput.add(delivery.bytes, delivery.tookMs, now);
    const line = this.throughput.kbps ?? 0;
    const carried = this.#rungs.findLastIndex(({ kbps }) => kbps <= line / 2);
    if (carried > this.#rung) this.#wentUpAt = now;
    this.#rung = Math.max(this.#rung, carried);
  }

  get #most(): number {
    const top = enoughFor(this.#rungs, this.#pixels);
    return Math.min(top, this.#lower?.most ?? top);
  }

  #down(to: number, now: number): boolean {
    const before = this.rung;
    const regretted = now - this.#wentUpAt < REGRET_MS;
    this.#calmMs = regretted ? Math.min(this.#calmMs * 2, LONGEST_CALM_MS) : CALM_MS;
    this.#rung = Math.max(0, Math.min(before - 1, to));
    this.#low = 0;
    this.#lateness.forget();
    this.#calm(now);
    return this.rung < before;
  }

  #calm(now: number): void {
    this.#calmSince = now;
    this.#good = 0;
  }
}
