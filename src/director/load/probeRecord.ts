// What the director's own probes of an edge say: whether it answers, and whether as fast as it used to.
import type { MonoMs } from "#base";
import {
  PROBE_FAILURES,
  PROBE_LEARNED,
  PROBE_PAST,
  PROBE_RECENT,
  PROBE_SLOW_LEARNS,
  PROBE_SUCCESSES,
  SLOW_BACK_SHARE,
  SLOW_FACTOR,
  SLOW_LEAST_MS,
  SLOW_SPEED_SHARE,
  SPEEDS_RECENT,
} from "./limits.ts";

/** What one probe found. */
export type Probe =
  | {
      readonly ok: true;
      /** From the request to the first byte of the answer. */
      readonly firstByteMs: number;
      /** Of a larger object, where one was read; null otherwise. */
      readonly mbps: number | null;
    }
  | { readonly ok: false; readonly why: string };

/** `none`: it never answered a probe. */
export type ProbeStanding = "none" | "up" | "slow" | "silent";

/** The last numbers, and the middle one of them. */
class Past {
  readonly #limit: number;
  readonly #values: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#values.length;
  }

  push(value: number): void {
    this.#values.push(value);
    if (this.#values.length > this.#limit) this.#values.shift();
  }

  /** The middle one; of an even number the lower. 0: there is none. */
  get median(): number {
    const sorted = [...this.#values].sort((a, b) => a - b);
    return sorted[(sorted.length - 1) >> 1] ?? 0;
  }

  clear(): void {
    this.#values.length = 0;
  }
}

/** An edge that is slow or down comes back only by several good probes one after another: it does not flap. */
export class ProbeRecord {
  /** Of the last probe; null: it failed, or there was none. */
  lastMs: number | null = null;
  /** Probes taken. */
  count = 0;
  #standing: ProbeStanding = "none";
  #why: string | null = null;
  /** Since when the standing is what it is. */
  #since: MonoMs | null = null;
  #failures = 0;
  #successes = 0;
  #slowCount = 0;
  readonly #recent = new Past(PROBE_RECENT);
  readonly #usual = new Past(PROBE_PAST);
  readonly #recentMbps = new Past(SPEEDS_RECENT);
  readonly #usualMbps = new Past(PROBE_PAST);
  readonly #whose: "foreign" | "own";

  /** An edge of ours has more patience: it says itself how it is. */
  constructor(whose: "foreign" | "own") {
    this.#whose = whose;
  }

  get standing(): ProbeStanding {
    return this.#standing;
  }

  get since(): MonoMs | null {
    return this.#since;
  }

  /** One sentence without its subject, when it is not well. */
  get why(): string | null {
    return this.#why;
  }

  take(probe: Probe, at: MonoMs): void {
    this.count += 1;
    if (probe.ok) this.#answered(probe, at);
    else this.#failed(probe.why, at);
  }

  #become(standing: ProbeStanding, at: MonoMs): void {
    if (standing === this.#standing) return;
    this.#standing = standing;
    this.#since = at;
  }

  #failed(why: string, at: MonoMs): void {
    this.lastMs = null;
    this.#successes = 0;
    this.#failures += 1;
    this.#why = `does not answer probes: ${why}`;
    if (this.#standing !== "none" && this.#failures >= PROBE_FAILURES[this.#whose])
      this.#become("silent", at);
  }

  #answered({ firstByteMs, mbps }: Probe & { ok: true }, at: MonoMs): void {
    this.lastMs = firstByteMs;
    this.#failures = 0;
    this.#successes += 1;
    if (this.#standing === "silent") {
      if (this.#successes < PROBE_SUCCESSES) return;
      this.#recent.clear();
      this.#recentMbps.clear();
    }
    this.#recent.push(firstByteMs);
    if (mbps !== null) this.#recentMbps.push(mbps);
    const slow = this.#isSlow();
    this.#why = slow;
    this.#become(slow === null ? "up" : "slow", at);
    this.#learn(firstByteMs, mbps, slow !== null);
  }

  /** What makes it slow, as a sentence without its subject; null: nothing does. */
  #isSlow(): string | null {
    const already = this.#standing === "slow";
    const share = already ? SLOW_BACK_SHARE : 1;
    const firstByteMs = this.#recent.median;
    const usualMs = this.#usual.median;
    const most = Math.max(SLOW_FACTOR * usualMs, usualMs + SLOW_LEAST_MS[this.#whose]) * share;
    const learned = this.#usual.size >= PROBE_LEARNED && this.#recent.size >= PROBE_RECENT >> 1;
    if (learned && firstByteMs > most)
      return `is slow: the first byte takes ${Math.round(firstByteMs)} ms, usually ${Math.round(usualMs)} ms`;
    const usual = this.#usualMbps.median;
    const least = (SLOW_SPEED_SHARE * usual) / share;
    const speed = this.#recentMbps.median;
    if (this.#usualMbps.size >= SPEEDS_RECENT && speed < least)
      return `is slow: ${speed.toFixed(1)} Mb/s, usually ${usual.toFixed(1)} Mb/s`;
    return null;
  }

  /** What is slow does not become the usual, unless it lasts. */
  #learn(firstByteMs: number, mbps: number | null, slow: boolean): void {
    this.#slowCount = slow ? this.#slowCount + 1 : 0;
    if (slow && this.#slowCount % PROBE_SLOW_LEARNS !== 0) return;
    this.#usual.push(firstByteMs);
    if (mbps !== null) this.#usualMbps.push(mbps);
  }
}
