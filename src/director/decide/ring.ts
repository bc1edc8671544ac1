// Consistent hashing: edges hold points on a ring by capacity, and a viewer belongs to the edge whose point comes next. An
// edge's points stay where they are whoever else is on the ring, so that its end moves its own viewers only.
import {
  EDGE_POINTS_LIMIT,
  RING_POINTS_AIM,
  RING_POINTS_LEAST,
  RING_POINTS_MOST,
} from "./limits.ts";
import { hashOf, mixed } from "../load/hash.ts";

export interface RingMember {
  readonly id: string;
  readonly capacityMbps: number;
}

export class HashRing {
  /** Sorted. */
  readonly points: Uint32Array;
  /** Whose each point is: its index among the members. */
  readonly owners: Uint16Array;

  /** `seed` is the channel's: another channel, another order. At most 65,536 members. */
  constructor(members: readonly RingMember[], seed: number) {
    const usual = Math.min(
      RING_POINTS_MOST,
      Math.max(RING_POINTS_LEAST, Math.round(RING_POINTS_AIM / members.length)),
    );
    const mean = members.reduce((sum, { capacityMbps }) => sum + capacityMbps, 0) / members.length;
    const counts = members.map(({ capacityMbps }) =>
      Math.min(EDGE_POINTS_LIMIT, Math.max(1, Math.round((usual * capacityMbps) / mean))),
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    // Point and owner side by side in one number, exact below 2 ** 53, so that one sort orders both.
    const pairs = new Float64Array(total);
    let next = 0;
    for (const [owner, { id }] of members.entries()) {
      const start = hashOf(id, seed);
      for (let index = 0; index < (counts[owner] as number); index++)
        pairs[next++] = mixed(start, index + 1) * 65_536 + owner;
    }
    pairs.sort();
    this.points = Uint32Array.from(pairs, (pair) => Math.floor(pair / 65_536));
    this.owners = Uint16Array.from(pairs, (pair) => pair % 65_536);
  }

  /** The index of the first point at or beyond `hash`. */
  start(hash: number): number {
    const { points } = this;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((points[middle] as number) < hash) low = middle + 1;
      else high = middle;
    }
    return low === points.length ? 0 : low;
  }
}
