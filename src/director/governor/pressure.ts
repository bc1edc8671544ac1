// What tells trouble before viewers' needs do: sessions that come all at once, edges that are full or lost.
import { elapsed, type MonoMs } from "#base";
import type { HealthBoard } from "../load/health.ts";
import {
  LOST_IS_NEWS_MS,
  SURGE_FACTOR,
  SURGE_HISTORY_S,
  SURGE_LEAST_PER_S,
  SURGE_OVER_S,
} from "./limits.ts";
import type { MinuteCounter } from "../ring.ts";
import type { EdgeDeclaration } from "../topology.ts";
import type { Pressure } from "./wish.ts";

/** Sessions of the last seconds far above those of the minute before; null when they are not. */
export function surgeOf(sessions: MinuteCounter, now: MonoMs): Pressure | null {
  const { lately, before } = sessions.rates(now, SURGE_OVER_S);
  if (before === null || before.seconds < SURGE_HISTORY_S) return null;
  if (lately < SURGE_LEAST_PER_S || lately < SURGE_FACTOR * before.rate) return null;
  return { name: "surge", says: `${Math.round(lately)} sessions a second begin` };
}

/** What is wrong with the edges near a cohort. */
export function edgePressures(
  edges: readonly EdgeDeclaration[],
  health: HealthBoard,
  now: MonoMs,
): Pressure[] {
  return edges.flatMap((edge): Pressure[] => {
    const { standing, why } = health.of(edge, now);
    if (standing === "full") return [{ name: "edgeFull", says: why ?? `${edge.id} is full` }];
    const lostAt = standing === "silent" ? health.lastAt(edge.id) : null;
    // An edge that said farewell is missed by nobody.
    if (lostAt === null || health.last(edge.id)?.draining) return [];
    if (elapsed(lostAt, now) > LOST_IS_NEWS_MS) return [];
    return [{ name: "edgeLost", says: `${edge.id} was lost` }];
  });
}
