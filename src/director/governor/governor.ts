// The latency governor: every cohort's target, and when its cues may be released. It reads no clock: UTC is handed in.
import {
  COHORTS_LIMIT,
  type DirectorState,
  type HeartbeatAnswer,
  startOf,
  type SyncBounds,
  type Target,
} from "#protocol";
import {
  ADOPT_MS,
  ADOPT_SYNC_MS,
  DEAD_BAND_MS,
  RELEASE_MARGIN_MS,
  RENEW_VERSION_MS,
  TARGET_LEAD_MS,
} from "./limits.ts";
import { courseOf, distanceAt, type Plan, restingAt, revised } from "./slope.ts";
import {
  type CohortWord,
  type Mood,
  noMood,
  type Pressure,
  seconds,
  within,
  wishOf,
} from "./wish.ts";

/** The cohort of viewers whose network is not known: always at the start. */
export const UNKNOWN_COHORT = "unknown";

/** What the governor is told each second. */
export interface Report {
  readonly utcMs: number;
  /** Telemetry's last word by cohort; null while it is silent: then nothing changes. */
  readonly words: ReadonlyMap<string, CohortWord> | null;
  /** The places that networks announce: no other is governed. */
  readonly places: Iterable<string>;
  readonly pressing: (place: string) => readonly Pressure[];
}

interface Governed {
  plan: Plan;
  word: CohortWord | null;
  mood: Mood;
  why: string;
  /** When its cues are released, ms after their media time. */
  releaseAfterMs: number;
}

export class Governor {
  readonly counters = { targetsRaised: 0, targetsLowered: 0 };
  readonly #bounds: SyncBounds;
  readonly #governed = new Map<string, Governed>();
  /** When telemetry spoke first, UTC ms; null before it, or without any. */
  #heardAt: number | null = null;
  readonly #listens: boolean;
  #version: number;
  #versionAt: number;

  /** `listens`: there is a telemetry; until it speaks, no target is told but to new sessions. */
  constructor({ bounds, listens, utcMs }: { bounds: SyncBounds; listens: boolean; utcMs: number }) {
    this.#bounds = bounds;
    this.#listens = listens;
    this.#version = Math.floor(utcMs / 1_000);
    this.#versionAt = utcMs;
    if (!listens) this.#begin(UNKNOWN_COHORT, utcMs);
  }

  /** Where cohorts start, and the version of every target told now. */
  get start(): { latencyMs: number; version: number } {
    return { latencyMs: startOf(this.#bounds), version: this.#version };
  }

  /** Takes what is known now, and changes what has to change. To be called each second. */
  step({ utcMs, words, places, pressing }: Report): void {
    if (words) this.#heardAt ??= utcMs;
    for (const place of [UNKNOWN_COHORT, ...places]) this.#meet(place, words, utcMs);
    let changed = false;
    for (const [place, governed] of this.#governed) {
      if (words) {
        governed.word = words.get(place) ?? null;
        if (place !== UNKNOWN_COHORT)
          changed = this.#judge(governed, pressing(place), utcMs) || changed;
      } else if (this.#listens) {
        governed.why = `holds ${seconds(governed.plan.latencyMs)}: telemetry is silent`;
        governed.mood = { ...governed.mood, calm: null };
      }
      governed.releaseAfterMs = this.#release(governed, words !== null, utcMs);
    }
    if (changed || utcMs - this.#versionAt >= RENEW_VERSION_MS) {
      this.#version = Math.max(this.#version + 1, Math.floor(utcMs / 1_000));
      this.#versionAt = utcMs;
    }
  }

  /**
   * The target of a cohort; null while it is not known what its viewers were told before this director began. They hold
   * what they have.
   */
  target(cohort: string): Target | null {
    const known = this.#governed.has(cohort) || this.#governed.size < COHORTS_LIMIT;
    const governed = this.#governed.get(known ? cohort : UNKNOWN_COHORT);
    return governed ? { ...governed.plan, version: this.#version } : null;
  }

  /** The target of a session that begins now: without a better one the start, which any later word replaces. */
  firstTarget(cohort: string): Target {
    return this.target(cohort) ?? { ...restingAt(startOf(this.#bounds), 0), version: 0 };
  }

  /** Why a cohort's target is what it is, in one sentence. */
  why(cohort: string): string {
    return (
      this.#governed.get(cohort)?.why ??
      `starts at ${seconds(startOf(this.#bounds))}: telemetry has not spoken yet`
    );
  }

  /** How long after its media time a cue is released to each cohort; null while that is not known. */
  releases(): HeartbeatAnswer["releases"] | null {
    if (this.#governed.size === 0) return null;
    return [...this.#governed].map(([cohort, { releaseAfterMs }]) => ({
      cohort,
      afterMs: releaseAfterMs,
    }));
  }

  /** Every cohort at `utcMs`, the largest first. `nameOf` gives a place its name. */
  state(utcMs: number, nameOf: (id: string) => string): DirectorState["cohorts"] {
    return [...this.#governed]
      .map(([id, { plan, word, why, releaseAfterMs }]) => ({
        id,
        name: nameOf(id),
        viewers: word?.viewers ?? 0,
        nowMs: distanceAt(plan, utcMs),
        target: { ...plan, version: this.#version },
        need: word?.need ?? null,
        latency: word?.latency ?? null,
        spreadMs: word?.spreadMs ?? null,
        releaseAfterMs,
        why,
      }))
      .sort((a, b) => b.viewers - a.viewers || (a.id < b.id ? -1 : 1));
  }

  /** Begins to govern a place: where its viewers are, when this director is new; else at the start. */
  #meet(place: string, words: Report["words"], utcMs: number): void {
    if (this.#governed.has(place) || this.#governed.size >= COHORTS_LIMIT) return;
    if (!this.#listens) return this.#begin(place, utcMs);
    if (this.#heardAt === null) return;
    const settled = utcMs - this.#heardAt > ADOPT_MS;
    const word = words?.get(place);
    if (settled || place === UNKNOWN_COHORT) this.#begin(place, utcMs);
    else if (word) this.#begin(place, utcMs, this.#adopted(word));
  }

  #begin(place: string, utcMs: number, latencyMs = startOf(this.#bounds)): void {
    this.#governed.set(place, {
      plan: restingAt(latencyMs, utcMs),
      word: null,
      mood: noMood,
      why: `starts at ${seconds(latencyMs)}`,
      releaseAfterMs: Math.ceil(latencyMs) + RELEASE_MARGIN_MS,
    });
  }

  /** Where viewers that follow a target already were told to be. */
  #adopted({ latency, sync }: CohortWord): number {
    const start = startOf(this.#bounds);
    if (!latency || !sync || sync.p50 > ADOPT_SYNC_MS) return start;
    const found = within(this.#bounds, Math.round(latency.p50));
    return Math.abs(found - start) < DEAD_BAND_MS ? start : found;
  }

  /** Whether the plan changed. */
  #judge(governed: Governed, pressing: readonly Pressure[], utcMs: number): boolean {
    const { plan, word, mood } = governed;
    const course = courseOf(plan, utcMs);
    const wish = wishOf({
      bounds: this.#bounds,
      headingMs: plan.latencyMs,
      course,
      word,
      pressing,
      mood,
      utcMs,
    });
    const next = revised(plan, wish.wantedMs, { utcMs, heardBy: utcMs + TARGET_LEAD_MS });
    // A wish that the present slope does not allow yet is made again when it does.
    if ((next ?? plan).latencyMs === wish.wantedMs) governed.mood = wish.mood;
    if (next || course === "rests") governed.why = wish.why;
    if (!next) return false;
    this.counters[next.latencyMs > plan.latencyMs ? "targetsRaised" : "targetsLowered"] += 1;
    governed.plan = next;
    return true;
  }

  /** When all but the last few have passed a moment; one who tells a minute does not hold back a city. */
  #release({ plan, word, releaseAfterMs }: Governed, heard: boolean, utcMs: number): number {
    const passed = Math.max(distanceAt(plan, utcMs), (heard && word?.latency?.p95) || 0);
    const after = Math.ceil(Math.min(passed, this.#bounds.mostMs)) + RELEASE_MARGIN_MS;
    return heard ? after : Math.max(after, releaseAfterMs);
  }
}
