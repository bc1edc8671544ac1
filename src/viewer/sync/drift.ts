// How fast a local clock runs against UTC, out of the best exchanges of successive windows. Pure.
import type { Sample } from "./exchange.ts";
import {
  DRIFT_CERTAIN_PPM,
  DRIFT_FLOOR_PPM,
  DRIFT_LIMIT_PPM,
  DRIFT_WINDOW_MS,
  DRIFT_WINDOWS_KEPT,
  DRIFT_WINDOWS_LEAST,
  GRAIN_MS,
  UNKNOWN_DRIFT_PPM,
} from "./limits.ts";

/** Parts of a million; true drift lies within `ppm` ± `errorPpm`, as far as the path's least delays stayed the same. */
export interface DriftEstimate {
  ppm: number;
  errorPpm: number;
}

const unknown: DriftEstimate = { ppm: 0, errorPpm: UNKNOWN_DRIFT_PPM };

/** Regression over the exchange of least round trip of each window. */
export class Drift {
  #windows: { number: number; best: Sample }[] = [];
  #estimate = unknown;

  /** As it was when the exchanges last allowed one. */
  get estimate(): DriftEstimate {
    return this.#estimate;
  }

  take(sample: Sample): void {
    const number = Math.floor(sample.at / DRIFT_WINDOW_MS);
    const window = this.#windows.find((each) => each.number === number);
    if (window && window.best.roundTripMs <= sample.roundTripMs) return;
    if (window) window.best = sample;
    else this.#windows.push({ number, best: sample });
    this.#windows = this.#windows.slice(-DRIFT_WINDOWS_KEPT);
    this.#estimate = this.#regress() ?? this.#estimate;
  }

  /** Another source: its exchanges and the old one's share no offset. The drift is this machine's and stays. */
  forgetSamples(): void {
    this.#windows = [];
  }

  /** This machine's clock jumped: nothing is known of it. */
  clear(): void {
    this.#windows = [];
    this.#estimate = unknown;
  }

  /**
   * Least squares. Each sample may be off by half of what its round trip was above the path's least, which is guessed to
   * lie as far below the least that was seen as that lies below the middle one; it counts by the square of that. The slope is off by at most the sum of the samples' shares. Null while that, or a sample far off the line, leaves it
   * open.
   */
  #regress(): DriftEstimate | null {
    const samples = this.#windows.map(({ best }) => best);
    if (samples.length < DRIFT_WINDOWS_LEAST) return null;
    const trips = samples.map((sample) => sample.roundTripMs).sort((a, b) => a - b);
    const least = trips[0] ?? 0;
    const scatter = (trips[trips.length >> 1] ?? 0) - least;
    const points = samples.map(({ at, offsetMs, roundTripMs }) => {
      const loose = (roundTripMs - least + scatter + GRAIN_MS) / 2;
      return { at, offsetMs, loose, weight: 1 / loose ** 2 };
    });
    const sum = (of: (point: (typeof points)[number]) => number): number =>
      points.reduce((total, point) => total + of(point), 0);
    const weights = sum((point) => point.weight);
    const middle = sum((point) => point.weight * point.at) / weights;
    const height = sum((point) => point.weight * point.offsetMs) / weights;
    const spread = sum((point) => point.weight * (point.at - middle) ** 2);
    if (!(spread > 0)) return null;
    const slope = sum((point) => point.weight * (point.at - middle) * point.offsetMs) / spread;
    const error = sum((point) => point.weight * Math.abs(point.at - middle) * point.loose) / spread;
    const errorPpm = error * 1e6;
    const fits = points.every(
      (point) =>
        Math.abs(point.offsetMs - height - slope * (point.at - middle)) <=
        2 * point.loose + GRAIN_MS,
    );
    const ppm = slope * 1e6;
    if (!fits || errorPpm > DRIFT_CERTAIN_PPM || Math.abs(ppm) > DRIFT_LIMIT_PPM) return null;
    return { ppm, errorPpm: errorPpm + DRIFT_FLOOR_PPM };
  }
}
