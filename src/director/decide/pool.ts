// The edges of a tier together: their ring, and what they carry in all. Homes whose tiers hold the same edges share one.
import type { EdgeHealth, HealthBoard } from "../load/health.ts";
import type { ResourceBoard } from "../load/board.ts";
import type { Resource } from "../load/resource.ts";
import type { Tier } from "../paths/path.ts";
import { hashOf } from "../load/hash.ts";
import { POOL_FRESH_MS, POOL_FRESH_SHARE, RINGS_POINTS_LIMIT } from "./limits.ts";
import { HashRing } from "./ring.ts";
import type { MonoMs } from "#base";

export class Pool {
  readonly ring: HashRing;
  readonly edges: readonly Resource[];
  readonly healths: readonly EdgeHealth[];
  /** Where each edge stands, by its id. */
  readonly places: ReadonlyMap<string, number>;
  /** What its fit edges carry and could carry, Mb/s. */
  totalMbps = 0;
  capacityMbps = 0;
  /** How many edges are not proven: usually none, and then none is looked for. */
  unproven = 0;
  #freshUntil = -Infinity;
  #promisedMbps = 0;
  #takes = -1;

  constructor({
    ring,
    edges,
    healths,
    places,
  }: Pick<Pool, "ring" | "edges" | "healths" | "places">) {
    this.ring = ring;
    this.edges = edges;
    this.healths = healths;
    this.places = places;
  }

  /** Sums up anew when enough has changed since. */
  refresh(board: ResourceBoard, now: MonoMs): void {
    const { directors, promisedMbps, takes } = board;
    const since = (promisedMbps - this.#promisedMbps) * directors;
    const due = now >= this.#freshUntil && (takes !== this.#takes || since > 0);
    if (!due && since <= POOL_FRESH_SHARE * this.totalMbps && this.#takes >= 0) return;
    this.#freshUntil = now + POOL_FRESH_MS;
    this.#promisedMbps = promisedMbps;
    this.#takes = takes;
    this.totalMbps = 0;
    this.capacityMbps = 0;
    this.unproven = 0;
    for (let index = 0; index < this.edges.length; index++) {
      const standing = (this.healths[index] as EdgeHealth).standing(now);
      if (standing === "unproven") this.unproven += 1;
      if (standing !== "up") continue;
      const edge = this.edges[index] as Resource;
      this.totalMbps += edge.believedMbps(directors);
      this.capacityMbps += edge.capacityMbps;
    }
  }
}

/** Pools by the edges they hold; those not used for longest go when their rings are too many. */
export class Pools {
  readonly #board: ResourceBoard;
  readonly #health: HealthBoard;
  readonly #pools = new Map<string, Pool>();
  #points = 0;

  constructor(board: ResourceBoard, health: HealthBoard) {
    this.#board = board;
    this.#health = health;
  }

  of(channel: string, tier: Tier): Pool {
    const key = `${channel} ${tier.paths.map(({ edge }) => `${edge.id}=${edge.capacityMbps}`).join(" ")}`;
    const known = this.#pools.get(key);
    if (known) {
      this.#pools.delete(key);
      this.#pools.set(key, known);
      return known;
    }
    const ring = new HashRing(
      tier.paths.map(({ edge }) => edge),
      hashOf(channel),
    );
    const made = new Pool({
      ring,
      places: new Map(tier.paths.map(({ edge }, index) => [edge.id, index])),
      edges: tier.paths.map((path) => this.#board.resourcesOf(path)[0] as Resource),
      healths: tier.paths.map(({ edge }) => this.#health.edge(edge)),
    });
    this.#pools.set(key, made);
    this.#points += ring.points.length;
    this.#trim();
    return made;
  }

  #trim(): void {
    for (const [key, { ring }] of this.#pools) {
      if (this.#points <= RINGS_POINTS_LIMIT || this.#pools.size === 1) return;
      this.#pools.delete(key);
      this.#points -= ring.points.length;
    }
  }
}
