// What edges say of themselves, and what their silence says.
import { elapsed, type MonoMs } from "#base";
import type { Heartbeat } from "#protocol";
import { FULL_LOAD, HEARTBEAT_SILENCE_MS, START_GRACE_MS } from "./limits.ts";
import type { EdgeDeclaration } from "./topology.ts";

/** How fit an edge is, best first. Each row says whether viewers may be sent there without a bad conscience. */
export const standings = {
  up: { rank: 0, up: true },
  unproven: { rank: 1, up: true },
  full: { rank: 2, up: true },
  draining: { rank: 3, up: false },
  silent: { rank: 4, up: false },
} as const;
export type Standing = keyof typeof standings;

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

/** The last heartbeat of each declared edge, stamped with the director's own clock. */
export class HealthBoard {
  readonly #startedAt: MonoMs;
  readonly #heard = new Map<string, { heartbeat: Heartbeat; at: MonoMs }>();

  constructor(startedAt: MonoMs) {
    this.#startedAt = startedAt;
  }

  /** Takes a heartbeat of a declared edge that came at `at`. */
  hear(heartbeat: Heartbeat, at: MonoMs): void {
    this.#heard.set(heartbeat.edge, { heartbeat, at });
  }

  /** The last heartbeat of an edge, however old. */
  last(edge: string): Heartbeat | null {
    return this.#heard.get(edge)?.heartbeat ?? null;
  }

  /** When an edge was heard last; null: never. */
  lastAt(edge: string): MonoMs | null {
    return this.#heard.get(edge)?.at ?? null;
  }

  /** How fit `edge` is at `now`. */
  of(edge: EdgeDeclaration, now: MonoMs): Health {
    const heard = this.#heard.get(edge.id);
    if (!heard) {
      if (elapsed(this.#startedAt, now) <= START_GRACE_MS)
        return { standing: "up", load: null, why: null };
      return { standing: "unproven", load: null, why: `${edge.id} has sent no heartbeat yet` };
    }
    const { heartbeat, at } = heard;
    const load = heartbeat.mbps / Math.min(heartbeat.capacityMbps, edge.capacityMbps);
    const silence = elapsed(at, now);
    if (silence > HEARTBEAT_SILENCE_MS) {
      const why = `${edge.id} is down: no heartbeat for ${(silence / 1_000).toFixed(1)} s`;
      return { standing: "silent", load, why };
    }
    if (heartbeat.draining) return { standing: "draining", load, why: `${edge.id} is draining` };
    if (load >= FULL_LOAD)
      return { standing: "full", load, why: `${edge.id} is full: load ${shown(load)}` };
    return { standing: "up", load, why: null };
  }
}
