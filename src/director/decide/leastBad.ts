// When nothing fit has room: which path harms least.
import type { MonoMs } from "#base";
import type { ResourceBoard } from "../load/board.ts";
import type { EdgeHealth } from "../load/health.ts";
import type { Path } from "../paths/path.ts";
import { FILL_STEP } from "./limits.ts";
import type { PlanView } from "./planView.ts";
import type { Walker } from "./walk.ts";

/** How bad a path is: the smaller the better. */
const severities = { slow: 0, full: 1, slowAndFull: 2, draining: 3, dead: 4 } as const;

export interface Bad {
  readonly path: Path;
  readonly severity: number;
  readonly fill: number;
}

export interface LeastBadParts {
  readonly board: ResourceBoard;
  readonly walker: Walker;
  readonly mbps: number;
  readonly hash: number;
  readonly shuns: ((edge: string) => boolean) | undefined;
  readonly now: MonoMs;
}

/**
 * All paths of a plan that are not simply fit, the least bad first: slow, then over full (the fullest last), draining,
 * silent or cut off. Among equals the cheaper, then in the viewer's order.
 */
export function leastBad(view: PlanView, parts: LeastBadParts): Bad[] {
  const { board, walker, hash, mbps, now } = parts;
  const found: Bad[] = [];
  for (const tier of view.tiers) {
    walker.round(tier, hash, (index) => {
      const resources = tier.resources(index);
      const health = tier.pool.healths[index] as EdgeHealth;
      const path = tier.paths[index] as Path;
      const room = board.roomOver(resources, mbps, board.policy.fullAt);
      const tightest = board.tightest(resources);
      const severity =
        tightest?.up === false
          ? severities.dead
          : severityOf(health, { room, shunned: parts.shuns?.(path.edge.id) ?? false, now });
      const fill = room || !tightest ? 0 : Math.floor(board.fill(tightest) / FILL_STEP);
      found.push({ path, severity, fill });
      return false;
    });
  }
  return found.sort((a, b) => a.severity - b.severity || a.fill - b.fill);
}

function severityOf(
  health: EdgeHealth,
  { room, shunned, now }: { room: boolean; shunned: boolean; now: MonoMs },
): number {
  const standing = health.standing(now);
  if (standing === "silent") return severities.dead;
  if (standing === "draining") return severities.draining;
  if (standing === "slow" || shunned) return room ? severities.slow : severities.slowAndFull;
  return severities.full;
}
