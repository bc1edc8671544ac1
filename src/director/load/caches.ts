// What the caches inside a network send together: the use of a limit on them that the network does not measure itself.
import { elapsed, type MonoMs } from "#base";
import { STALE_AFTER_MS } from "../limits.ts";
import type { EdgeDeclaration } from "../paths/edge.ts";
import type { ToldMeasure } from "../paths/measures.ts";
import type { ResourceBoard } from "./board.ts";

/** Caches by the network that they stand in. */
export type Caches = ReadonlyMap<number, readonly EdgeDeclaration[]>;

export function cachesOf(edges: readonly EdgeDeclaration[]): Caches {
  const inside = edges.filter((edge) => edge.in !== undefined);
  return Map.groupBy(inside, (edge) => edge.in as number);
}

/** What caches send together, and whether each of them tells it. */
export interface Sent {
  readonly mbps: number;
  /** Of the oldest heartbeat in the sum: what was promised since is in none of them for certain. */
  readonly at: MonoMs;
  /** The caches that tell nothing now: foreign ones, for which their viewers count, and silent ones, which count for nothing. */
  readonly mute: readonly string[];
}

/** Null: none of them tells anything now. */
export function sentBy(
  board: ResourceBoard,
  caches: readonly EdgeDeclaration[],
  now: MonoMs,
): Sent | null {
  let mbps = 0;
  let at: MonoMs | null = null;
  const mute: string[] = [];
  for (const { id, foreign = false } of caches) {
    const { toldAt, toldMbps, usedMbps } = board.resource(`edge/${id}`);
    if (toldAt !== null && elapsed(toldAt, now) <= STALE_AFTER_MS) {
      mbps += toldMbps;
      at = at === null || toldAt < at ? toldAt : at;
    } else {
      mute.push(id);
      if (foreign) mbps += usedMbps;
    }
  }
  return at === null ? null : { mbps, at, mute };
}

/** Measures as told, those of limits on caches with what these send. */
export function* withCaches(
  told: Iterable<ToldMeasure>,
  { board, caches }: { board: ResourceBoard; caches: Caches },
  now: MonoMs,
): Iterable<ToldMeasure> {
  for (const one of told) {
    const asn = one.sumOfCachesIn;
    const sent = asn === undefined ? null : sentBy(board, caches.get(asn) ?? [], now);
    if (sent === null) yield one;
    else yield { measure: { ...one.measure, usedMbps: sent.mbps }, toldAt: sent.at };
  }
}
