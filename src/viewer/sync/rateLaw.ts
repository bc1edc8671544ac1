// Which rate brings the playhead to its place, as far as the device can. Pure.
import type { DeviceProfile } from "./deviceProfile.ts";
import {
  DEAD_BAND_MS,
  PROFILE_LIMITS,
  PROFILE_RATES_LIMIT,
  RATE_DWELL_MS,
  RATE_GAIN,
  RATE_KEPT_WITHIN,
  RATE_QUANTUM,
  STEPS_BAND_MS,
  STEPS_DELAY_MS,
} from "./limits.ts";

/** What a rate is chosen by. */
export interface RateNeed {
  at: number;
  /** + late, ms. */
  errorMs: number;
  /** ms a ms: a target that moves away asks for a slower rate at once. */
  targetSlope: number;
  /** Going faster would not dry the buffer. */
  mayFaster: boolean;
}

/** Proportional, with a dead band, in quanta or in the device's own steps. */
export class RateLaw {
  readonly #profile: DeviceProfile;
  #rate = 1;
  #correcting = false;
  #changedAt = Number.NEGATIVE_INFINITY;
  #changes = 0;

  constructor(profile: DeviceProfile) {
    this.#profile = sound(profile);
  }

  get rate(): number {
    return this.#rate;
  }

  /** How often the rate was changed. */
  get changes(): number {
    return this.#changes;
  }

  step(need: RateNeed): number {
    const wanted = this.#wanted(need);
    const allowed = wanted > 1 && !need.mayFaster ? 1 : wanted;
    const dwells = need.at - this.#changedAt < RATE_DWELL_MS && allowed !== 1;
    const turns = (allowed - 1) * (this.#rate - 1) < 0;
    if (allowed !== this.#rate && (!dwells || turns)) this.#set(need.at, allowed);
    return this.#rate;
  }

  /** At its own speed, from now on. */
  rest(at: number): void {
    this.#correcting = false;
    if (this.#rate !== 1) this.#set(at, 1);
  }

  #set(at: number, rate: number): void {
    this.#rate = rate;
    this.#changedAt = at;
    this.#changes += 1;
  }

  #wanted({ errorMs, targetSlope }: RateNeed): number {
    const profile = this.#profile;
    if (profile.kind === "none") return 1;
    const band = profile.kind === "steps" ? stepsBand(profile.rates, errorMs) : DEAD_BAND_MS;
    const over = (this.#rate - 1) * errorMs < 0 && Math.abs(targetSlope) < RATE_QUANTUM / 2;
    if (Math.abs(errorMs) > band.begin) this.#correcting = true;
    else if (Math.abs(errorMs) < band.end || over) this.#correcting = false;
    const towards = this.#correcting ? (RATE_GAIN * errorMs) / 1_000 : 0;
    const ideal = 1 - targetSlope + towards;
    return profile.kind === "steps"
      ? this.#stepFor(profile.rates, ideal)
      : this.#quantumFor(profile, ideal);
  }

  #quantumFor({ slowest, fastest }: { slowest: number; fastest: number }, ideal: number): number {
    const away = Math.abs(ideal - 1);
    if (away < RATE_QUANTUM / 20) return 1;
    const sameWay = (ideal - 1) * (this.#rate - 1) > 0;
    if (sameWay && Math.abs(ideal - this.#rate) <= RATE_KEPT_WITHIN) return this.#rate;
    const quanta = Math.max(1, Math.round(away / RATE_QUANTUM));
    const rate = 1 + Math.sign(ideal - 1) * quanta * RATE_QUANTUM;
    return Math.min(fastest, Math.max(slowest, Math.round(rate * 1_000) / 1_000));
  }

  #stepFor(rates: readonly number[], ideal: number): number {
    const way = Math.sign(ideal - 1);
    const ahead = rates.filter((rate) => (rate - 1) * way > 0);
    const nearest = (from: readonly number[]): number =>
      from.reduce((best, rate) => (Math.abs(rate - ideal) < Math.abs(best - ideal) ? rate : best));
    if (ahead.length === 0) return 1;
    return this.#correcting ? nearest(ahead) : nearest([1, ...ahead]);
  }
}

/** A step is begun only for an error that it does not overshoot by what the player's delay adds. */
function stepsBand(rates: readonly number[], errorMs: number): { begin: number; end: number } {
  const steps = rates.map((rate) => (rate - 1) * Math.sign(errorMs)).filter((step) => step > 0);
  const least = steps.length > 0 ? Math.min(...steps) : 0;
  return { ...STEPS_BAND_MS, begin: Math.max(STEPS_BAND_MS.begin, least * STEPS_DELAY_MS) };
}

/** The profile as far as it makes sense: one that does not is that of a player of fixed speed. */
function sound(profile: DeviceProfile): DeviceProfile {
  if (profile.kind === "continuous") {
    const { slowest, fastest } = profile;
    const fits =
      slowest >= PROFILE_LIMITS.slowest &&
      fastest <= PROFILE_LIMITS.fastest &&
      slowest <= 1 &&
      fastest >= 1;
    return fits ? profile : { kind: "none" };
  }
  if (profile.kind === "none") return profile;
  const rates = profile.rates
    .slice(0, PROFILE_RATES_LIMIT)
    .filter((rate) => rate >= PROFILE_LIMITS.slowest && rate <= PROFILE_LIMITS.fastest);
  return rates.includes(1) && rates.length > 1 ? { kind: "steps", rates } : { kind: "none" };
}
