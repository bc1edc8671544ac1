// The edges of a tier together: their ring, and what they carry in all. Homes whose tiers hold the same edges share one.
import type { EdgeHealth, HealthBoard } from "../load/health.ts";
import type { ResourceBoard } from "../load/board.ts";
import type { Resource } from "../load/resource.ts";
import type { Tier } from "../paths/path.ts";
import { hashOf } from "../load/hash.ts";
import { POOL_FRESH_MS, POOL_FRESH_SHARE, POOLS_LIMIT, RINGS_POINTS_LIMIT } from "./limits.ts";
import { HashRing, type RingMember } from "./ring.ts";
import type { MonoMs } from "#base";

export class Pool {
  readonly edges: readonly Resource[];
  readonly healths: readonly EdgeHealth[];
  /** Where each edge stands, by its id. */
  readonly places: ReadonlyMap<string, number>;
  /** What its fit edges carry and could carry, Mb/s. */
  totalMbps = 0;
  capacityMbps = 0;
  /** How many edges are not proven: usually none, and then none is looked for. */
  unproven = 0;
  readonly #makeRing: () => HashRing;
  #ring: HashRing | null = null;
  #freshUntil = -Infinity;
  #promisedMbps = 0;
  #takes = -1;

  constructor({
    makeRing,
    edges,
    healths,
    places,
  }: Pick<Pool, "edges" | "healths" | "places"> & { readonly makeRing: () => HashRing }) {
    this.#makeRing = makeRing;
    this.edges = edges;
    this.healths = healths;
    this.places = places;
  }

  /** Made when somebody is first looked for in it: most tiers of most plans are never reached. */
  get ring(): HashRing {
    this.#ring ??= this.#makeRing();
    return this.#ring;
  }

  /** Lets the ring go; it is made again for who comes next. How many points it had. */
  dropRing(): number {
    const points = this.#ring?.points.length ?? 0;
    this.#ring = null;
    return points;
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

/** Pools by the edges they hold; the oldest rings go when their points are too many. */
export class Pools {
  readonly #board: ResourceBoard;
  readonly #health: HealthBoard;
  readonly #pools = new Map<string, Pool>();
  /** Those that hold a ring, in the order in which these were made. */
  readonly #ringed = new Set<Pool>();
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
    const members = tier.paths.map(({ edge }) => edge);
    const made: Pool = new Pool({
      makeRing: () => this.#ringOf(made, members, channel),
      places: new Map(tier.paths.map(({ edge }, index) => [edge.id, index])),
      edges: tier.paths.map((path) => this.#board.resourcesOf(path)[0] as Resource),
      healths: tier.paths.map(({ edge }) => this.#health.edge(edge)),
    });
    this.#pools.set(key, made);
    if (this.#pools.size > POOLS_LIMIT)
      this.#pools.delete(this.#pools.keys().next().value as string);
    return made;
  }

  #ringOf(pool: Pool, members: readonly RingMember[], channel: string): HashRing {
    const ring = new HashRing(members, hashOf(channel));
    this.#points += ring.points.length;
    for (const oldest of this.#ringed) {
      if (this.#points <= RINGS_POINTS_LIMIT) break;
      this.#ringed.delete(oldest);
      this.#points -= oldest.dropRing();
    }
    this.#ringed.add(pool);
    return ring;
  }
}
