// Which edge is asked, and when again after a failure. Pure.
import type { EdgeAddress } from "./edgeAddress.ts";
import type { Failure } from "./host.ts";
import { EDGE_DISTRUST_MS, RETRY_FIRST_MS, RETRY_LONGEST_MS, STATUS_TRIES } from "./limits.ts";
import type { ViewerErrorKind } from "./reasons.ts";

/** Failures that another edge does not mend. */
const notTheEdge = new Set<ViewerErrorKind>(["resources", "no-rendition"]);

export class Retries {
  #edges: readonly EdgeAddress[];
  #index = 0;
  #failures = 0;
  #chance: number;
  /** Until when an edge that failed is not gone back to; of the edges in the list alone. */
  #distrusted: Map<EdgeAddress, number> | null = null;

  /** `edges`: best first, at least one. `seed` of the jitter. */
  constructor(edges: readonly EdgeAddress[], seed: number) {
    this.#edges = edges;
    this.#chance = (Math.imul(seed + 1, 0x9e37_79b1) >>> 0) | 1;
  }

  get edge(): EdgeAddress {
    return this.#edges[this.#index] as EdgeAddress;
  }

  get count(): number {
    return this.#edges.length;
  }

  /** Media has come: what failed before is over. */
  mended(): void {
    this.#failures = 0;
  }

  /**
   * Another order, at least one edge: the first that has not failed lately is the one in use from now on; when all have, the
   * present one stays. Returns whether the edge has changed.
   */
  prefer(edges: readonly EdgeAddress[], now: number): boolean {
    const before = this.edge;
    const distrusted = this.#distrusted;
    for (const [edge, until] of distrusted ?? [])
      if (until <= now || !edges.includes(edge)) distrusted?.delete(edge);
    const fit = edges.findIndex((edge) => !distrusted?.has(edge));
    this.#edges = edges;
    this.#index = fit >= 0 ? fit : Math.max(0, edges.indexOf(before));
    return this.edge !== before;
  }

  /**
   * A request to `from` failed. A failure of the edge moves on to the next one, an answer with an error after some tries;
   * what failed elsewhere, before the last move, is asked again at once. `delayMs`: how long to wait.
   */
  failed(
    failure: Pick<Failure, "kind" | "edge" | "tries">,
    now: number,
  ): { moved: boolean; delayMs: number } {
    const { kind, edge, tries } = failure;
    if (edge !== this.edge) return { moved: false, delayMs: 0 };
    this.#failures += 1;
    const again = tries % STATUS_TRIES !== 0;
    const moved = this.#edges.length > 1 && !again && !notTheEdge.has(kind);
    if (moved) {
      this.#distrusted ??= new Map();
      this.#distrusted.set(edge, now + EDGE_DISTRUST_MS);
      this.#index = (this.#index + 1) % this.#edges.length;
    }
    // Every edge once without waiting: a viewer has a second of media.
    const fresh = moved && this.#failures < this.#edges.length;
    return { moved, delayMs: fresh ? 0 : this.#backOff() };
  }

  #backOff(): number {
    const longest = RETRY_FIRST_MS * 2 ** Math.min(this.#failures - 1, 10);
    return Math.min(longest, RETRY_LONGEST_MS) * (0.5 + 0.5 * this.#random());
  }

  /** xorshift32: from 0 to below 1. */
  #random(): number {
    let next = this.#chance;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    this.#chance = next >>> 0;
    return this.#chance / 2 ** 32;
  }
}
