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
   * Least squares. Each sample may be off by half of what its round trip was above the least one; with these bounds the
   * slope is off by at most the sum of their shares. Null while that, or a sample far off the line, leaves it open.
   */
  #regress(): DriftEstimate | null {
    const samples = this.#windows.map(({ best }) => best);
    if (samples.length < DRIFT_WINDOWS_LEAST) return null;
    const least = Math.min(...samples.map((sample) => sample.roundTripMs));
    const points = samples.map((sample) => ({
      ...sample,
      loose: (sample.roundTripMs - least) / 2 + GRAIN_MS / 2,
    }));
    const middle = mean(points.map((point) => point.at));
    const height = mean(points.map((point) => point.offsetMs));
    const spread = points.reduce((sum, point) => sum + (point.at - middle) ** 2, 0);
    if (!(spread > 0)) return null;
    const share = (point: { at: number }): number => (point.at - middle) / spread;
    const slope = points.reduce((sum, point) => sum + share(point) * point.offsetMs, 0);
    const error = points.reduce((sum, point) => sum + Math.abs(share(point)) * point.loose, 0);
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

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
