// How fit each edge is: what it says of itself, what its silence says, and what the director's own probes find.
import { elapsed, type MonoMs } from "#base";
import type { Heartbeat, StandingName } from "#protocol";
import { FULL_LOAD, HEARTBEAT_SILENCE_MS, START_GRACE_MS } from "../limits.ts";
import type { EdgeDeclaration } from "../paths/edge.ts";
import { type Probe, ProbeRecord } from "./probeRecord.ts";

/**
 * Best first. `up`: viewers may stay there with a good conscience. `goes`: every viewer leaves at once.
 */
export const standings = {
  up: { rank: 0, up: true, goes: false },
  unproven: { rank: 1, up: true, goes: false },
  slow: { rank: 2, up: true, goes: false },
  full: { rank: 3, up: true, goes: false },
  draining: { rank: 4, up: false, goes: true },
  silent: { rank: 5, up: false, goes: true },
} as const satisfies Record<StandingName, { rank: number; up: boolean; goes: boolean }>;
export type Standing = StandingName;

/** One edge's fitness at one moment. */
export interface Health {
  readonly standing: Standing;
  /** Sent over capacity in the last second; null before the first heartbeat. */
  readonly load: number | null;
  /** One sentence when the edge is not simply up. */
  readonly why: string | null;
}

/** A share of one as shown: two decimals. */
export const shown = (share: number): string => share.toFixed(2);

/** What is known of one edge. */
export class EdgeHealth {
  heartbeat: Heartbeat | null = null;
  heardAt: MonoMs | null = null;
  #probes: ProbeRecord | null = null;
  /** As declared; null: it spoke before anybody asked for it. */
  declared: EdgeDeclaration | null = null;
  readonly #id: string;
  readonly #startedAt: MonoMs;
  /** Since when it has been fit; null: it is not. */
  #wellSince: MonoMs | null;

  constructor(id: string, startedAt: MonoMs) {
    this.#id = id;
    this.#startedAt = startedAt;
    this.#wellSince = startedAt;
  }

  get probes(): ProbeRecord {
    this.#probes ??= new ProbeRecord(this.declared?.foreign ? "foreign" : "own");
    return this.#probes;
  }

  hear(heartbeat: Heartbeat, at: MonoMs): void {
    if (this.heardAt !== null && elapsed(this.heardAt, at) > HEARTBEAT_SILENCE_MS)
      this.#wellSince = null;
    this.heartbeat = heartbeat;
    this.heardAt = at;
    this.#noteWell(at);
  }

  probe(probe: Probe, at: MonoMs): void {
    this.probes.take(probe, at);
    this.#noteWell(at);
  }

  #noteWell(at: MonoMs): void {
    if (this.standing(at) !== "up") this.#wellSince = null;
    else this.#wellSince ??= at;
  }

  /** Since when it has been up without a break, as far as this was noted; null: it is not. */
  get wellSince(): MonoMs | null {
    return this.#wellSince;
  }

  /** Hot path: nothing is allocated. Never `full`: whether there is room is not a matter of health. */
  standing(now: MonoMs): Exclude<Standing, "full"> {
    const { heartbeat, heardAt, probes } = this;
    if (heartbeat && heardAt !== null) {
      if (elapsed(heardAt, now) > HEARTBEAT_SILENCE_MS) return "silent";
      if (heartbeat.draining) return "draining";
    }
    const probed = probes.standing;
    if (probed === "silent" || probed === "slow") return probed;
    if (heartbeat || probed === "up") return "up";
    if (elapsed(this.#startedAt, now) <= START_GRACE_MS) return "up";
    // An edge that only probes can prove, and that fails them, was never there.
    return this.declared?.foreign && probes.why !== null ? "silent" : "unproven";
  }

  why(standing: Standing, now: MonoMs): string | null {
    const id = this.#id;
    const silence = this.heardAt === null ? 0 : elapsed(this.heardAt, now);
    const probed = this.probes.why ?? "has not answered a probe yet";
    switch (standing) {
      case "silent":
        return silence > HEARTBEAT_SILENCE_MS
          ? `${id} is down: no heartbeat for ${(silence / 1_000).toFixed(1)} s`
          : `${id} is down: it ${probed}`;
      case "draining":
        return `${id} is draining`;
      case "slow":
        return `${id} ${probed}`;
      case "unproven":
        return this.declared?.foreign ? `${id} ${probed}` : `${id} has sent no heartbeat yet`;
      default:
        return null;
    }
  }

  /** By its own word; null before the first. */
  get load(): number | null {
    if (!this.heartbeat) return null;
    const declared = this.declared?.capacityMbps ?? Infinity;
    return this.heartbeat.mbps / Math.min(this.heartbeat.capacityMbps, declared);
  }
}

/** All edges' health, by the director's own clock. */
export class HealthBoard {
  readonly #startedAt: MonoMs;
  readonly #fullAt: number;
  readonly #edges = new Map<string, EdgeHealth>();

  constructor(startedAt: MonoMs, fullAt: number = FULL_LOAD) {
    this.#startedAt = startedAt;
    this.#fullAt = fullAt;
  }

  /** What is known of an edge: one object for as long as the director lives. */
  edge(edge: EdgeDeclaration): EdgeHealth {
    const health = this.#named(edge.id);
    health.declared ??= edge;
    return health;
  }

  #named(id: string): EdgeHealth {
    const known = this.#edges.get(id);
    if (known) return known;
    const made = new EdgeHealth(id, this.#startedAt);
    this.#edges.set(id, made);
    return made;
  }

  /** Takes a heartbeat of a declared edge that came at `at`. */
  hear(heartbeat: Heartbeat, at: MonoMs): void {
    this.#named(heartbeat.edge).hear(heartbeat, at);
  }

  /** Takes what a probe of `edge` found at `at`. */
  probed(edge: EdgeDeclaration, probe: Probe, at: MonoMs): void {
    this.edge(edge).probe(probe, at);
  }

  /** The last heartbeat of an edge, however old. */
  last(edge: string): Heartbeat | null {
    return this.#edges.get(edge)?.heartbeat ?? null;
  }

  /** When an edge was heard last; null: never. */
  lastAt(edge: string): MonoMs | null {
    return this.#edges.get(edge)?.heardAt ?? null;
  }

  /** How fit `edge` is at `now`. */
  of(edge: EdgeDeclaration, now: MonoMs): Health {
    const health = this.edge(edge);
    const { load } = health;
    const standing = health.standing(now);
    if (standing === "up" && load !== null && load >= this.#fullAt)
      return { standing: "full", load, why: `${edge.id} is full: load ${shown(load)}` };
    return { standing, load, why: health.why(standing, now) };
  }
}
