// When nothing fit has room: which path harms least.
import type { MonoMs } from "#base";
import type { ResourceBoard } from "../load/board.ts";
import { mixed } from "../load/hash.ts";
import type { EdgeHealth } from "../load/health.ts";
import type { Path } from "../paths/path.ts";
import { EQUALS_LIMIT, FILL_STEP, LEAST_BAD_KEPT_MS } from "./limits.ts";
import type { PlanView } from "./planView.ts";

/** How bad a path is: the smaller the better. */
const severities = { slow: 0, full: 1, slowAndFull: 2, draining: 3, dead: 4 } as const;

/** A path as it ranks among the bad: severity, then how over full, then cost. */
interface Bad {
  readonly path: Path;
  readonly salt: number;
  readonly severity: number;
  readonly fill: number;
}

export interface BadAsk {
  readonly board: ResourceBoard;
  readonly mbps: number;
  readonly shuns?: ((edge: string) => boolean) | undefined;
  readonly now: MonoMs;
}

const compare = (a: Bad, b: Bad): number =>
  a.severity - b.severity || a.fill - b.fill || a.path.cost - b.path.cost;

function* badPaths(view: PlanView, ask: BadAsk): Iterable<Bad> {
  const { board, mbps, now } = ask;
  for (const tier of view.tiers) {
    for (const [index, path] of tier.paths.entries()) {
      const resources = tier.resources(index);
      const tightest = board.tightest(resources);
      const room = board.roomOver(resources, mbps, board.policy.fullAt);
      const health = tier.pool.healths[index] as EdgeHealth;
      const shunned = ask.shuns?.(path.edge.id) ?? false;
      const severity =
        tightest?.up === false ? severities.dead : severityOf(health, { room, shunned, now });
      const fill = room || !tightest ? 0 : Math.floor(board.fill(tightest) / FILL_STEP);
      yield { path, salt: resources[0]?.salt ?? 0, severity, fill };
    }
  }
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

/** All paths of a plan, the least bad first: slow, then over full (the fullest last), draining, silent or cut off. */
export const leastBadFirst = (view: PlanView, ask: BadAsk): Path[] =>
  [...badPaths(view, ask)].sort(compare).map(({ path }) => path);

/** The least bad path for each viewer. Worked out once for a moment: a crowd comes just when there is no room. */
export class LeastBad {
  readonly #moments = new WeakMap<PlanView, { readonly until: number; readonly equals: Bad[] }>();

  /** One of the equally bad, the same for the same viewer while they are the same. */
  of(view: PlanView, hash: number, ask: BadAsk): Path {
    const equals = ask.shuns ? equalsOf(view, ask) : this.#kept(view, ask);
    let chosen: Bad | undefined;
    let most = -1;
    for (const bad of equals) {
      const weight = mixed(hash, bad.salt);
      if (weight <= most) continue;
      most = weight;
      chosen = bad;
    }
    return (chosen as Bad).path;
  }

  #kept(view: PlanView, ask: BadAsk): readonly Bad[] {
    const kept = this.#moments.get(view);
    if (kept && ask.now < kept.until) return kept.equals;
    const equals = equalsOf(view, ask);
    this.#moments.set(view, { until: ask.now + LEAST_BAD_KEPT_MS, equals });
    return equals;
  }
}

function equalsOf(view: PlanView, ask: BadAsk): Bad[] {
  let equals: Bad[] = [];
  for (const bad of badPaths(view, ask)) {
    const order = equals[0] === undefined ? -1 : compare(bad, equals[0]);
    if (order < 0) equals = [bad];
    else if (order === 0 && equals.length < EQUALS_LIMIT) equals.push(bad);
  }
  return equals;
}
