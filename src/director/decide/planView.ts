// A plan made ready for decisions: what each path passes, who is fit, and where each edge stands in it.
import type { MonoMs } from "#base";
import type { ResourceBoard } from "../load/board.ts";
import type { EdgeHealth, HealthBoard } from "../load/health.ts";
import type { Resource } from "../load/resource.ts";
import type { Path, PathPlan, Tier } from "../paths/path.ts";
import { type Pool, Pools } from "./pool.ts";

/** A tier made ready. What its paths pass is looked up when a viewer comes by. */
export class TierView {
  readonly paths: readonly Path[];
  readonly pool: Pool;
  /** It had no room for anybody new and is not looked through before then. */
  restsUntil = -Infinity;
  /** It had no room that lasted. */
  calmRestsUntil = -Infinity;
  readonly #board: ResourceBoard;
  readonly #resources: (readonly Resource[] | undefined)[];

  constructor(tier: Tier, { board, pool }: { board: ResourceBoard; pool: Pool }) {
    this.paths = tier.paths;
    this.pool = pool;
    this.#board = board;
    this.#resources = Array.from({ length: tier.paths.length });
  }

  resources(index: number): readonly Resource[] {
    const known = this.#resources[index];
    if (known) return known;
    const found = this.#board.resourcesOf(this.paths[index] as Path);
    this.#resources[index] = found;
    return found;
  }

  spot(index: number, tier: number): Spot {
    return {
      tier,
      path: this.paths[index] as Path,
      health: this.pool.healths[index] as EdgeHealth,
      resources: this.resources(index),
    };
  }
}

/** Where an edge stands in a plan. */
export interface Spot {
  readonly tier: number;
  readonly path: Path;
  readonly health: EdgeHealth;
  readonly resources: readonly Resource[];
}

export class PlanView {
  readonly tiers: readonly TierView[];

  constructor(tiers: readonly TierView[]) {
    this.tiers = tiers;
  }

  /** Null: no path of the plan leads to the edge. */
  find(edge: string): Spot | null {
    for (const [at, tier] of this.tiers.entries()) {
      const index = tier.pool.places.get(edge);
      if (index !== undefined) return tier.spot(index, at);
    }
    return null;
  }
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
    const board = this.#board;
    const made = new PlanView(
      plan.tiers.map((tier) => new TierView(tier, { board, pool: this.#pools.of(channel, tier) })),
    );
    views.set(plan, made);
    return made;
  }
}

/** Whether nothing on the way has been near to full since `before`. */
export function wasCalmSince(
  { resources, health }: { resources: readonly Resource[]; health: EdgeHealth },
  before: number,
  now: MonoMs,
): boolean {
  if (health.standing(now) !== "up") return false;
  if (health.wellSince === null || health.wellSince > before) return false;
  for (const { calmSince: since } of resources) if (since === null || since > before) return false;
  return true;
}
