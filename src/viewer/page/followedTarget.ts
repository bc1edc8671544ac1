// How far behind the camera this viewer stays: what the session said, moved by each steering answer, never by a jump. Pure.
import { acceptTarget, targetAt, type TargetPlan, type TargetRefusal } from "#viewer/sync";

/** How far behind the camera to stay when nobody says it, ms. */
export const DEFAULT_TARGET_MS = 1_500;

/** Held until somebody tells a target; any version that a director tells is newer. */
const UNTOLD: TargetPlan = {
  latencyMs: DEFAULT_TARGET_MS,
  version: -1,
  fromLatencyMs: DEFAULT_TARGET_MS,
  fromUtcMs: 0,
};

/** The target of one session. Instants are UTC ms. */
export class FollowedTarget {
  #plan: TargetPlan | null = null;
  /** How many were refused, and why the last one was. */
  refusals = 0;
  lastRefusal: TargetRefusal | null = null;

  /** A new session: what it says is taken as it is, since nobody watches yet. `null`: nobody said anything. */
  begin(target: unknown, utcMs: number): void {
    this.#plan = null;
    if (target !== null) this.offer(target, utcMs);
    this.#plan ??= UNTOLD;
  }

  /** What a steering answer says; one that cannot be followed is counted, and the target before it stays. */
  offer(target: unknown, utcMs: number): void {
    const answer = acceptTarget(this.#plan, target, utcMs);
    if ("plan" in answer) this.#plan = answer.plan;
    else {
      this.refusals += 1;
      this.lastRefusal = answer.refused;
    }
  }

  /** The distance at `utcMs`, ms. */
  at(utcMs: number): number {
    return targetAt(this.#plan ?? UNTOLD, utcMs);
  }

  /** The version that is followed; null while nobody has told one. */
  get version(): number | null {
    const version = this.#plan?.version ?? UNTOLD.version;
    return version < 0 ? null : version;
  }
}
