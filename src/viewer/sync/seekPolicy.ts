// When a seek is worth its cost: the last means of a late viewer, the only one of a player of fixed speed. Pure.
import type { DeviceProfile } from "./deviceProfile.ts";
import {
  AFTER_WAIT_MS,
  AFTER_WAIT_SEEK_MS,
  FIRST_SEEK_LEAST_MS,
  FIRST_SEEK_WITHIN_MS,
  FIXED_SEEK_LEAST_MS,
  FIXED_SEEK_PERIOD_MS,
  SEEK_LEAD_MS,
  SEEK_LEAST_MS,
  SEEK_PERIOD_LIMIT_MS,
  SEEK_PERIOD_MS,
} from "./limits.ts";

/** Rare, and rarer still where it does not help. */
export class SeekPolicy {
  readonly #fixed: boolean;
  readonly #leastMs: number;
  readonly #periodMs: number;
  #waitMs: number;
  #firstAt: number | null = null;
  #firstDone = false;
  #waitedAt = Number.NEGATIVE_INFINITY;
  #last: { at: number; errorMs: number } | null = null;
  #seeks = 0;
  #leadMs: number = SEEK_LEAD_MS.first;
  #landing = false;

  constructor(profile: DeviceProfile) {
    const fixed = profile.kind === "none";
    this.#fixed = fixed;
    this.#leastMs = fixed ? FIXED_SEEK_LEAST_MS : SEEK_LEAST_MS;
    this.#periodMs = fixed ? FIXED_SEEK_PERIOD_MS : SEEK_PERIOD_MS;
    this.#waitMs = this.#periodMs;
  }

  get seeks(): number {
    return this.#seeks;
  }

  /** The instant of the last seek; minus infinity before the first. */
  get lastAt(): number {
    return this.#last?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** How far to move the playhead now, ms, or null. `reachable`: that place is buffered. */
  step({
    at,
    errorMs,
    reachable,
  }: {
    at: number;
    errorMs: number;
    reachable: boolean;
  }): number | null {
    this.#firstAt ??= at;
    if (!reachable) return null;
    const away = Math.abs(errorMs);
    const early = at - this.#firstAt <= FIRST_SEEK_WITHIN_MS && !this.#firstDone;
    if (early && away > FIRST_SEEK_LEAST_MS) {
      this.#firstDone = true;
      return this.#seek(at, errorMs);
    }
    if (away <= this.#leastAt(at)) return null;
    const last = this.#last;
    if (last && at - last.at < this.#waitMs) return null;
    const helped = !last || away < Math.abs(last.errorMs) / 2 || at - last.at > 2 * this.#waitMs;
    this.#waitMs = helped ? this.#periodMs : Math.min(SEEK_PERIOD_LIMIT_MS, this.#waitMs * 2);
    return this.#seek(at, errorMs);
  }

  /** The first error known after a seek says how long one takes here: the next one aims as much further. */
  landed(errorMs: number): void {
    if (!this.#landing) return;
    this.#landing = false;
    if (Math.abs(errorMs) > SEEK_LEAD_MS.most) return;
    this.#leadMs = Math.min(SEEK_LEAD_MS.most, Math.max(0, this.#leadMs + errorMs));
  }

  /** The player had to wait until now. */
  waited(at: number): void {
    this.#waitedAt = at;
  }

  /** Playing begins anew: the first seconds are again the first ones. */
  restart(): void {
    this.#firstAt = null;
    this.#firstDone = false;
  }

  #leastAt(at: number): number {
    const justWaited = !this.#fixed && at - this.#waitedAt <= AFTER_WAIT_MS;
    return justWaited ? AFTER_WAIT_SEEK_MS : this.#leastMs;
  }

  #seek(at: number, errorMs: number): number {
    this.#last = { at, errorMs };
    this.#seeks += 1;
    this.#landing = true;
    return errorMs + this.#leadMs;
  }
}
