// A plan made ready for decisions: what each path passes, who is fit, and where each edge stands in it.
import type { MonoMs } from "#base";
import type { ResourceBoard } from "../load/board.ts";
import type { EdgeHealth, HealthBoard } from "../load/health.ts";
import type { Resource } from "../load/resource.ts";
import type { Path, PathPlan, Tier } from "../paths/path.ts";
import { type Pool, Pools } from "./pool.ts";

export interface TierView {
  readonly paths: readonly Path[];
  readonly pool: Pool;
  readonly resources: readonly (readonly Resource[])[];
  /** It had no room for anybody new and is not looked through before then; the other, none that lasted. */
  restsUntil: number;
  calmRestsUntil: number;
}

/** Where an edge stands in a plan. */
export interface Spot {
  readonly tier: number;
  readonly index: number;
  readonly path: Path;
  readonly health: EdgeHealth;
  readonly resources: readonly Resource[];
}

export interface PlanView {
  readonly tiers: readonly TierView[];
  readonly spots: ReadonlyMap<string, Spot>;
}

/** Views of plans, kept for as long as the plans live. */
export class PlanViews {
  readonly #board: ResourceBoard;
  readonly #pools: Pools;
  readonly #views = new Map<string, WeakMap<PathPlan, PlanView>>();

  constructor(board: ResourceBoard, health: HealthBoard) {
    this.#board = board;
    this.#pools = new Pools(board, health);
  }

  of(plan: PathPlan, channel: string): PlanView {
    let views = this.#views.get(channel);
    if (!views) this.#views.set(channel, (views = new WeakMap()));
    const known = views.get(plan);
    if (known) return known;
    const tiers = plan.tiers.map((tier) => this.#tier(tier, channel));
    const spots = new Map<string, Spot>();
    for (const [tier, { paths, pool, resources }] of tiers.entries()) {
      for (const [index, path] of paths.entries()) {
        const health = pool.healths[index] as EdgeHealth;
        const over = resources[index] as readonly Resource[];
        // An edge that is reached in two ways counts by the cheaper one.
        if (!spots.has(path.edge.id))
          spots.set(path.edge.id, { tier, index, path, health, resources: over });
      }
    }
    const made = { tiers, spots };
    views.set(plan, made);
    return made;
  }

  #tier(tier: Tier, channel: string): TierView {
    return {
      paths: tier.paths,
      pool: this.#pools.of(channel, tier),
      resources: tier.paths.map((path) => this.#board.resourcesOf(path)),
      restsUntil: -Infinity,
      calmRestsUntil: -Infinity,
    };
  }
}

/** Whether nothing on the way has been near to full since `before`. */
export function calmSince(
  { resources, health }: { resources: readonly Resource[]; health: EdgeHealth },
  before: number,
  now: MonoMs,
): boolean {
  if (health.standing(now) !== "up") return false;
  if (health.wellSince === null || health.wellSince > before) return false;
  for (const { calmSince: since } of resources) if (since === null || since > before) return false;
  return true;
}
