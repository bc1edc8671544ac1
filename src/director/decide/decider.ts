// Where a viewer goes. The cheapest tier with room, in it the edge that consistent hashing names; who is somewhere stays
// there for as long as that is good; and there is always an answer.
import type { MonoMs } from "#base";
import type { ResourceBoard } from "../load/board.ts";
import type { HealthBoard } from "../load/health.ts";
import { MOVE_LAG_MS, SLOW_FIRST_SHARE, SLOW_LEFT_MS } from "../load/limits.ts";
import type { Resource } from "../load/resource.ts";
import type { Home, Path, PathPlan } from "../paths/path.ts";
import { hashOf, mixed, shareOf } from "../load/hash.ts";
import { type BadAsk, LeastBad, leastBadFirst } from "./leastBad.ts";
import { ALTERNATIVES_LIMIT, ALTERNATIVES_PER_TIER, TIER_RESTS_MS, SHED_ABOVE } from "./limits.ts";
import { Movers } from "./movers.ts";
import { type PlanView, PlanViews, type Spot, type TierView } from "./planView.ts";
import type { MoveReason } from "./reasons.ts";
import { Walker, type Wanted } from "./walk.ts";

/** What a decision is made of. */
export interface Question {
  readonly home: Home;
  readonly plan: PathPlan;
  readonly channel: string;
  /** Whatever names the viewer: the same name, the same place on the ring. */
  readonly viewer: string;
  /** The edge that the viewer is on now, when it said so. */
  readonly current?: string | undefined;
  /** Edges that the viewer's network is known to reach badly. */
  readonly shuns?: ((edge: string) => boolean) | undefined;
  readonly now: MonoMs;
}

export interface Choice {
  readonly path: Path;
  /** What to try then, best first, at most {@link ALTERNATIVES_LIMIT}; worked out when it is read. */
  readonly next: readonly Path[];
  /** Nothing fit has room: this one harms least. */
  readonly leastBad: boolean;
  /** Why the viewer is to leave where it is; null: it is new, or it stays. */
  readonly moved: MoveReason | null;
  /** It is where it was. */
  readonly stays: boolean;
}

export interface DeciderParts {
  readonly board: ResourceBoard;
  readonly health: HealthBoard;
  /** What a viewer is expected to draw, Mb/s. Default: the policy's word. */
  readonly mbps?: (() => number) | undefined;
}

export class Decider {
  readonly #board: ResourceBoard;
  readonly #views: PlanViews;
  readonly #walker: Walker;
  readonly #mbps: () => number;
  readonly #movers: Movers;
  readonly #leastBad = new LeastBad();

  constructor({ board, health, mbps }: DeciderParts) {
    this.#board = board;
    this.#views = new PlanViews(board, health);
    this.#walker = new Walker(board);
    this.#mbps = mbps ?? (() => board.policy.sessionMbps);
    this.#movers = new Movers(board.policy.backAfterS * 1_000);
  }

  /** Moves that could not be remembered. */
  get movesForgotten(): number {
    return this.#movers.forgotten;
  }

  /** A plan holds one path at least. Nothing is noted: see {@link commit}. */
  decide(question: Question): Choice {
    const view = this.#views.of(question.plan, question.channel);
    const hash = hashOf(question.viewer);
    if (question.current === undefined) return this.#first(question, { view, hash, moved: null });
    const spot = view.find(question.current);
    if (!spot) return this.#first(question, { view, hash, moved: "barred" });
    const forced = this.#mustLeave(spot, question.now);
    if (forced) return this.#first(question, { view, hash, moved: forced });
    const recent = this.#movers.has(question.viewer, question.now);
    const wish = this.#mayLeave(spot, { question, hash, recent });
    const without = wish && new Set([question.current]);
    const away = wish && this.#fit(question, { view, hash, without });
    if (away) return this.#made(question, { view, hash, path: away, moved: wish });
    const better = recent ? null : this.#better(question, { view, hash, below: spot.tier });
    if (better) return this.#made(question, { view, hash, path: better, moved: "better" });
    return this.#made(question, { view, hash, path: spot.path, moved: null, stays: true });
  }

  /** Notes that the viewer was told: what it draws is promised, and its move is remembered. */
  commit(question: Question, choice: Choice): void {
    if (choice.stays) return;
    const lagMs = choice.moved === null ? 0 : MOVE_LAG_MS;
    this.#board.spend(choice.path.over, this.#mbps(), question.now, lagMs);
    if (choice.moved !== null) this.#movers.add(question.viewer, question.now);
  }

  /** Dead, leaving or cut off: all go at once. */
  #mustLeave(spot: Spot, now: MonoMs): MoveReason | null {
    const standing = spot.health.standing(now);
    if (standing === "silent" || standing === "draining") return standing;
    for (const { up } of spot.resources) if (!up) return "severed";
    return null;
  }

  /** Over full or slow: some go, if there is a better place. */
  #mayLeave(
    spot: Spot,
    { question, hash, recent }: { question: Question; hash: number; recent: boolean },
  ): MoveReason | null {
    const { now } = question;
    if (spot.health.standing(now) === "slow") {
      const since = spot.health.probes.since ?? now;
      const share = SLOW_FIRST_SHARE + ((1 - SLOW_FIRST_SHARE) * (now - since)) / SLOW_LEFT_MS;
      if (share >= 1 || (!recent && shareOf(hash) < share)) return "slow";
    }
    if (recent) return null;
    if (question.shuns?.(spot.path.edge.id)) return "slow";
    for (const resource of spot.resources) if (this.#sheds(resource, hash, now)) return "crowded";
    return null;
  }

  #sheds(resource: Resource, hash: number, now: MonoMs): boolean {
    // Known by its name alone, until it is measured for the first time.
    if (resource.capacityMbps === Infinity) return false;
    const { fullAt } = this.#board.policy;
    const most = fullAt * resource.capacityMbps;
    // Filled up to the mark it breathes around it; who is there leaves only when it is well above.
    if (resource.sustainedMbps <= most + (resource.capacityMbps - most) * SHED_ABOVE) return false;
    const number = shareOf(mixed(hash, resource.salt));
    const { roundMs } = this.#board;
    return resource.excess.picks(number, 1 - most / resource.sustainedMbps, { now, roundMs });
  }

  #first(
    question: Question,
    { view, hash, moved }: { view: PlanView; hash: number; moved: MoveReason | null },
  ): Choice {
    const fit = this.#fit(question, { view, hash, without: null });
    if (fit) return this.#made(question, { view, hash, path: fit, moved });
    const path = this.#leastBad.of(view, hash, this.#badAsk(question));
    const stays = path.edge.id === question.current;
    return this.#made(question, {
      ...{ view, hash, path, stays, leastBad: true },
      moved: stays ? null : moved,
    });
  }

  /** The path for a new viewer: proven edges of all tiers first. */
  #fit(
    question: Question,
    { view, hash, without }: { view: PlanView; hash: number; without: ReadonlySet<string> | null },
  ): Path | null {
    const { now } = question;
    const whole = without === null && !question.shuns;
    const wanted = this.#wanted(question, hash, { without });
    for (const tier of view.tiers) {
      if (now < tier.restsUntil) continue;
      const index = this.#walker.find(tier, wanted);
      if (index >= 0) return tier.paths[index] as Path;
      if (whole) tier.restsUntil = now + TIER_RESTS_MS;
    }
    const last = { ...wanted, standing: "unproven" } as const;
    for (const tier of view.tiers) {
      const index = this.#walker.find(tier, last);
      if (index >= 0) return tier.paths[index] as Path;
    }
    return null;
  }

  #wanted(question: Question, hash: number, more: Partial<Wanted>): Wanted {
    return {
      hash,
      standing: "up",
      mbps: this.#mbps(),
      upTo: this.#board.policy.fullAt,
      calmBefore: null,
      without: null,
      shuns: question.shuns,
      now: question.now,
      ...more,
    };
  }

  /** A path of a cheaper tier that has had room for long. */
  #better(
    question: Question,
    { view, hash, below }: { view: PlanView; hash: number; below: number },
  ): Path | null {
    const { backAt, backAfterS } = this.#board.policy;
    const { now } = question;
    let wanted: Wanted | null = null;
    for (let at = 0; at < below; at++) {
      const tier = view.tiers[at] as TierView;
      if (now < tier.calmRestsUntil) continue;
      wanted ??= this.#wanted(question, hash, {
        upTo: backAt,
        calmBefore: now - backAfterS * 1_000,
      });
      const index = this.#walker.find(tier, wanted);
      if (index >= 0) return tier.paths[index] as Path;
      if (!question.shuns) tier.calmRestsUntil = now + TIER_RESTS_MS;
    }
    return null;
  }

  #made(
    question: Question,
    made: {
      view: PlanView;
      hash: number;
      path: Path;
      moved: MoveReason | null;
      stays?: boolean;
      leastBad?: boolean;
    },
  ): Choice {
    return new Made(made, () => this.#alternatives(question, made));
  }

  /** Fit paths by tier, a few of each, then those that are not, the least bad first. */
  #alternatives(
    question: Question,
    { view, hash, path }: { view: PlanView; hash: number; path: Path },
  ): readonly Path[] {
    const taken = new Set([path.edge.id]);
    const next: Path[] = [];
    const take = (found: Path): void => {
      if (next.length >= ALTERNATIVES_LIMIT || taken.has(found.edge.id)) return;
      taken.add(found.edge.id);
      next.push(found);
    };
    for (const tier of view.tiers) {
      for (let count = 0; count < ALTERNATIVES_PER_TIER; count++) {
        const index = this.#walker.find(tier, this.#wanted(question, hash, { without: taken }));
        if (index < 0 || next.length >= ALTERNATIVES_LIMIT) break;
        take(tier.paths[index] as Path);
      }
    }
    if (next.length >= ALTERNATIVES_LIMIT) return next;
    for (const bad of leastBadFirst(view, this.#badAsk(question))) take(bad);
    return next;
  }

  #badAsk({ shuns, now }: Question): BadAsk {
    return { board: this.#board, mbps: this.#mbps(), shuns, now };
  }
}

class Made implements Choice {
  readonly path: Path;
  readonly leastBad: boolean;
  readonly moved: MoveReason | null;
  readonly stays: boolean;
  readonly #find: () => readonly Path[];
  #next: readonly Path[] | null = null;

  constructor(
    made: Pick<Choice, "path" | "moved"> & Partial<Pick<Choice, "stays" | "leastBad">>,
    find: () => readonly Path[],
  ) {
    this.path = made.path;
    this.moved = made.moved;
    this.stays = made.stays ?? false;
    this.leastBad = made.leastBad ?? false;
    this.#find = find;
  }

  get next(): readonly Path[] {
    this.#next ??= this.#find();
    return this.#next;
  }
}
