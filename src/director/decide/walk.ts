// Bounded-load consistent hashing (Mirrokni, Thorup, Zadimoghaddam: "Consistent Hashing with Bounded Loads"): from the
// viewer's point on the ring to edges that are fit, have room all the way, and hold no more than their bound. Of the first
// two the emptier one is taken (Mitzenmacher: "The Power of Two Choices"): edges far below their bound, which only some of
// a tier's viewers reach, would otherwise be as uneven as the ring.
import type { MonoMs } from "#base";
import type { ResourceBoard } from "../load/board.ts";
import type { EdgeHealth, Standing } from "../load/health.ts";
import type { Resource } from "../load/resource.ts";
import { EMPTIER } from "./limits.ts";
import { type TierView, wasCalmSince } from "./planView.ts";

/** Who is looked for. */
export interface Wanted {
  /** The viewer's point on the ring. */
  readonly hash: number;
  readonly standing: Standing;
  /** What the viewer is expected to draw. */
  readonly mbps: number;
  /** Up to which share of its capacity each thing on the way may fill. */
  readonly upTo: number;
  /** Everything on the way must have been calm since then; null: this does not matter. */
  readonly calmBefore: number | null;
  /** Edges that will not do. */
  readonly without: ReadonlySet<string> | null;
  readonly shuns: ((edge: string) => boolean) | undefined;
  readonly now: MonoMs;
}

/** Goes round rings. Keeps its notes between walks, so that a walk allocates nothing. */
export class Walker {
  readonly #board: ResourceBoard;
  #seen = new Uint32Array(64);
  #walk = 0;

  constructor(board: ResourceBoard) {
    this.#board = board;
  }

  #open(size: number): void {
    if (this.#seen.length < size) this.#seen = new Uint32Array(2 * size);
    this.#walk = (this.#walk + 1) >>> 0;
    if (this.#walk > 0) return;
    this.#seen.fill(0);
    this.#walk = 1;
  }

  /**
   * The edge of the tier for this viewer; -1: none has room. The emptier of the first two within their bounds, which are never
   * below one viewer more than the fair share (the paper's ceiling); when those with room are all beyond it, the one that is fullest least.
   */
  find(tier: TierView, wanted: Wanted): number {
    const board = this.#board;
    const { directors, policy } = board;
    const { pool } = tier;
    pool.refresh(board, wanted.now);
    if (wanted.standing === "unproven" && pool.unproven === 0) return -1;
    const step = wanted.mbps * directors;
    const fair = (policy.bound * (pool.totalMbps + step)) / Math.max(pool.capacityMbps, 1);
    const { ring, edges } = pool;
    const { owners } = ring;
    this.#open(edges.length);
    let left = edges.length;
    let first = -1;
    let firstFill = Infinity;
    let instead = -1;
    let least = Infinity;
    for (let at = ring.start(wanted.hash); left > 0; at = at + 1 === owners.length ? 0 : at + 1) {
      const owner = owners[at] as number;
      if (this.#seen[owner] === this.#walk) continue;
      this.#seen[owner] = this.#walk;
      left -= 1;
      if (!this.#serves(tier, owner, wanted)) continue;
      const edge = edges[owner] as Resource;
      const believed = edge.believedMbps(directors);
      const after = believed + step;
      const bound = Math.ceil((fair * edge.capacityMbps) / step - 1e-9) * step;
      if (after <= bound + 1e-9) {
        const fill = believed / edge.capacityMbps;
        if (first >= 0) return firstFill > EMPTIER * fill ? owner : first;
        first = owner;
        firstFill = fill;
      } else if (after < least * edge.capacityMbps) {
        least = after / edge.capacityMbps;
        instead = owner;
      }
    }
    return first >= 0 ? first : instead;
  }

  #serves(tier: TierView, index: number, wanted: Wanted): boolean {
    const health = tier.pool.healths[index] as EdgeHealth;
    if (health.standing(wanted.now) !== wanted.standing) return false;
    const resources = tier.resources(index);
    if (!this.#board.roomOver(resources, wanted.mbps, wanted.upTo)) return false;
    if (wanted.without !== null || wanted.shuns) {
      const { id } = (tier.paths[index] as TierView["paths"][number]).edge;
      if (wanted.without?.has(id) || wanted.shuns?.(id)) return false;
    }
    return (
      wanted.calmBefore === null ||
      wasCalmSince({ resources, health }, wanted.calmBefore, wanted.now)
    );
  }
}
