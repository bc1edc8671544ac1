// Holds a player at its target: rate by the device's law, and for who cannot keep up a rung, the rate, a seek. Pure.
import type { DeviceProfile } from "./deviceProfile.ts";
import { ErrorFilter } from "./errorFilter.ts";
import {
  BUFFER_AMPLE_MS,
  BUFFER_KEPT,
  BUFFER_LEFT_MS,
  FASTER_AGAIN_MS,
  LATENCY_LIMITS_MS,
  LATENCY_STALE_MS,
  SEEK_SETTLE_MS,
} from "./limits.ts";
import { RateLaw } from "./rateLaw.ts";
import type { Action, Reading } from "./reading.ts";
import { RungPolicy } from "./rungPolicy.ts";
import { SeekPolicy } from "./seekPolicy.ts";
import { sentenceOf, type SyncKind, SyncWords } from "./syncState.ts";

/** How a viewer stands now, and what was done since the start. */
export interface SyncState {
  kind: SyncKind;
  /** + late, ms; null while it is not known. */
  errorMs: number | null;
  /** `in sync`, `catching up`, `late by 1.3 s`. */
  sentence: string;
  counters: {
    seeks: number;
    rateChanges: number;
    /** How often a lower rung was asked for. */
    rungsDown: number;
    /** How often the player had to wait while playing. */
    waits: number;
    /** Readings that could not be: they were passed over. */
    refused: number;
  };
}

/** One player's controller: a step each 50 to 100 ms. */
export class SyncController {
  readonly #filter = new ErrorFilter();
  readonly #words = new SyncWords();
  readonly #rung = new RungPolicy();
  readonly #law: RateLaw;
  readonly #seek: SeekPolicy;
  #last: Reading | null = null;
  /** The last error, and the instant of it. */
  #known: { at: number; errorMs: number } | null = null;
  /** The instant of the last latency. */
  #heardAt = Number.NEGATIVE_INFINITY;
  #faster = false;
  #fasterFrom = Number.NEGATIVE_INFINITY;
  #waits = 0;
  #refused = 0;

  constructor(profile: DeviceProfile) {
    this.#law = new RateLaw(profile);
    this.#seek = new SeekPolicy(profile);
  }

  /** What to do now. A reading that cannot be changes nothing and is counted. */
  step(reading: Reading): Action {
    if (!plausible(reading) || reading.at < (this.#last?.at ?? reading.at)) {
      this.#refused += 1;
      return this.#action(null);
    }
    const before = this.#last;
    this.#last = reading;
    const { at, targetMs, state } = reading;
    this.#filter.pass({ at, targetMs, rate: before?.state === "playing" ? this.#law.rate : 1 });
    if (state === "starting" || state === "paused") return this.#rest(at);
    if (state === "waiting") return this.#wait(reading, before);
    return this.#play(reading);
  }

  /** Another player, or another edge: what was measured is void, and the first seconds begin anew. */
  restart(): void {
    this.#filter.clear();
    this.#words.measure();
    this.#rung.restart();
    this.#seek.restart();
    this.#law.rest(this.#last?.at ?? 0);
    this.#known = null;
  }

  get state(): SyncState {
    const errorMs = this.#known?.errorMs ?? null;
    const { kind } = this.#words;
    return {
      kind,
      errorMs: kind === "measuring" ? null : errorMs,
      sentence: sentenceOf(kind, errorMs),
      counters: {
        seeks: this.#seek.seeks,
        rateChanges: this.#law.changes,
        rungsDown: this.#rung.lowered,
        waits: this.#waits,
        refused: this.#refused,
      },
    };
  }

  #play(reading: Reading): Action {
    const { at, latencyMs, targetMs } = reading;
    if (latencyMs === null || !this.#isLatency(latencyMs)) return this.#blind(at);
    this.#heardAt = at;
    if (at - this.#seek.lastAt < SEEK_SETTLE_MS) return this.#action(null);
    this.#filter.add(at, latencyMs - targetMs);
    const { errorMs } = this.#filter;
    if (errorMs === null) return this.#action(null);
    this.#known = { at, errorMs };
    this.#seek.landed(errorMs);
    const seekByMs = this.#seek.step({ at, errorMs, reachable: reading.reachable });
    if (seekByMs !== null) {
      this.#filter.clear();
      this.#law.rest(at);
      return this.#action(seekByMs);
    }
    const { targetSlope } = this.#filter;
    const mayFaster = this.#mayFaster(reading, errorMs);
    const rate = this.#law.step({ at, errorMs, targetSlope, mayFaster });
    this.#words.step({ at, errorMs, acting: (rate - 1) * errorMs > 0 });
    this.#askRung(reading, false);
    return this.#action(null);
  }

  /** A player that lies is not followed. */
  #isLatency(latencyMs: number): boolean {
    const { least, most } = LATENCY_LIMITS_MS;
    const fits = latencyMs >= least && latencyMs <= most;
    if (!fits) this.#refused += 1;
    return fits;
  }

  /** Playing, but nothing tells where: at its own speed, once that has lasted. */
  #blind(at: number): Action {
    if (at - this.#heardAt <= LATENCY_STALE_MS) return this.#action(null);
    this.#law.rest(at);
    this.#words.measure();
    this.#filter.clear();
    return this.#action(null);
  }

  /** The picture stands: what was late becomes later by each ms that passes. */
  #wait(reading: Reading, before: Reading | null): Action {
    const { at } = reading;
    const known = this.#known;
    if (before?.state === "playing") {
      if (at - this.#seek.lastAt > SEEK_SETTLE_MS) this.#waits += 1;
      this.#filter.clear();
    }
    this.#seek.waited(at);
    this.#law.rest(at);
    if (!known) return this.#action(null);
    const moved = before ? at - before.at - (reading.targetMs - before.targetMs) : 0;
    this.#known = { at, errorMs: known.errorMs + moved };
    if (at - this.#seek.lastAt < SEEK_SETTLE_MS) return this.#action(null);
    this.#words.step({ at, errorMs: this.#known.errorMs, acting: false });
    this.#askRung(reading, true);
    return this.#action(null);
  }

  #rest(at: number): Action {
    this.#filter.clear();
    this.#words.measure();
    this.#seek.restart();
    this.#law.rest(at);
    this.#known = null;
    return this.#action(null);
  }

  #askRung({ at, bufferMs, lowestRung }: Reading, waiting: boolean): void {
    if (lowestRung && this.#rung.rung === "any") return;
    this.#rung.step({
      at,
      bufferMs,
      waiting,
      errorMs: this.#known?.errorMs ?? null,
      shrinking: this.#words.shrinking,
      inSync: this.#words.kind === "in sync",
    });
  }

  /** Going faster eats the buffer: speeding into a dry one makes the stall that it should cure. */
  #mayFaster({ at, bufferMs }: Reading, errorMs: number): boolean {
    const needed = Math.min(BUFFER_AMPLE_MS, BUFFER_LEFT_MS + Math.max(0, errorMs));
    if (this.#faster && bufferMs < needed * BUFFER_KEPT) {
      this.#faster = false;
      this.#fasterFrom = at + FASTER_AGAIN_MS;
    } else if (!this.#faster && bufferMs >= needed && at >= this.#fasterFrom) this.#faster = true;
    return this.#faster;
  }

  #action(seekByMs: number | null): Action {
    return { rate: this.#law.rate, seekByMs, rung: this.#rung.rung };
  }
}

const plausible = ({ at, targetMs, latencyMs, bufferMs }: Reading): boolean =>
  Number.isFinite(at) &&
  Number.isFinite(targetMs) &&
  Number.isFinite(bufferMs) &&
  (latencyMs === null || Number.isFinite(latencyMs));
