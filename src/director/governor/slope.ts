// How a cohort's distance from the camera goes from one value to another, so that everybody is at the same place of it at
// every instant. Pure.
import { type Target, TARGET_SLEW_MS_PER_S } from "#protocol";

/** A target without its version. */
export type Plan = Omit<Target, "version">;

const SLEW_PER_MS = TARGET_SLEW_MS_PER_S / 1_000;

/** The distance at `utcMs`, ms. */
export function distanceAt(plan: Plan, utcMs: number): number {
  const way = plan.latencyMs - plan.fromLatencyMs;
  const gone = Math.max(0, utcMs - plan.fromUtcMs) * SLEW_PER_MS;
  return plan.fromLatencyMs + Math.sign(way) * Math.min(Math.abs(way), gone);
}

/** From when on the plan rests at its distance. */
export const restsFrom = (plan: Plan): number =>
  plan.fromUtcMs + Math.abs(plan.latencyMs - plan.fromLatencyMs) / SLEW_PER_MS;

/** What a plan does: it is where it leads, or is on its way, or will be. */
export type Course = "rests" | "climbs" | "falls";

export function courseOf(plan: Plan, utcMs: number): Course {
  if (restsFrom(plan) <= utcMs || plan.latencyMs === plan.fromLatencyMs) return "rests";
  return plan.latencyMs > plan.fromLatencyMs ? "climbs" : "falls";
}

/** A plan that rests at `latencyMs` from `utcMs` on. */
export const restingAt = (latencyMs: number, utcMs: number): Plan => ({
  latencyMs,
  fromLatencyMs: latencyMs,
  fromUtcMs: utcMs,
});

/**
 * The plan that comes as near to `wantedMs` as it can now; null when nothing can change yet. `heardBy` is when everybody
 * has heard of what is said now: up to then the new plan is the old one, so that those who know one and those who know the
 * other are never apart. A plan that rests begins a new slope; one that moves, or will, is made longer or shorter.
 */
export function revised(
  plan: Plan,
  wantedMs: number,
  { utcMs, heardBy }: { utcMs: number; heardBy: number },
): Plan | null {
  if (wantedMs === plan.latencyMs) return null;
  const direction = Math.sign(plan.latencyMs - plan.fromLatencyMs);
  if (direction === 0 || restsFrom(plan) <= utcMs) {
    const fromUtcMs = Math.max(heardBy, restsFrom(plan));
    return { latencyMs: wantedMs, fromLatencyMs: plan.latencyMs, fromUtcMs };
  }
  // It will rest before all have heard: they would rest there, and must be fetched from there.
  if (restsFrom(plan) < heardBy) return null;
  const reached = Math.ceil(Math.max(0, heardBy - plan.fromUtcMs) * SLEW_PER_MS);
  const soonest = plan.fromLatencyMs + direction * reached;
  const latencyMs = direction > 0 ? Math.max(wantedMs, soonest) : Math.min(wantedMs, soonest);
  return latencyMs === plan.latencyMs ? null : { ...plan, latencyMs };
}
