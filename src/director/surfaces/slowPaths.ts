// Paths on which players measure too little, by network and edge. The median of many speaks: one slow home decides nothing.
import { elapsed, type MonoMs } from "#base";
import { BETTER, SAMPLE_AGE_MS, SAMPLES_LEAST, SAMPLES_LIMIT, SLOW_PATHS_LIMIT } from "./limits.ts";

/** A path, as measurements know it. */
export interface MeasuredPath {
  /** Null: the viewer's network is not known. */
  readonly asn: number | null;
  readonly edge: string;
}

/** A viewer and its last measurement. */
type Samples = Map<string, { mbps: number; at: MonoMs }>;

const keyOf = ({ asn, edge }: MeasuredPath): string => `${asn ?? "?"} ${edge}`;

export class SlowPaths {
  /** By network and edge, the one heard longest ago first. */
  readonly #paths = new Map<string, Samples>();
  /** Edges with measurements, by network. */
  readonly #edges = new Map<number | null, Set<string>>();

  /** Paths with measurements. */
  get size(): number {
    return this.#paths.size;
  }

  /** Takes what `viewer` measured on a path. */
  note(path: MeasuredPath, { viewer, mbps }: { viewer: string; mbps: number }, now: MonoMs): void {
    const key = keyOf(path);
    const samples: Samples = this.#paths.get(key) ?? new Map();
    samples.delete(viewer);
    samples.set(viewer, { mbps, at: now });
    if (samples.size > SAMPLES_LIMIT) samples.delete(samples.keys().next().value as string);
    this.#paths.delete(key);
    this.#paths.set(key, samples);
    const edges = this.#edges.get(path.asn) ?? new Set();
    this.#edges.set(path.asn, edges.add(path.edge));
    if (this.#paths.size > SLOW_PATHS_LIMIT) this.#dropOldest();
  }

  /** The median of what viewers measured lately, Mb/s; null: too few of them did. */
  median(path: MeasuredPath, now: MonoMs): number | null {
    const fresh: number[] = [];
    for (const { mbps, at } of this.#paths.get(keyOf(path))?.values() ?? [])
      if (elapsed(at, now) <= SAMPLE_AGE_MS) fresh.push(mbps);
    if (fresh.length < SAMPLES_LEAST) return null;
    fresh.sort((a, b) => a - b);
    return fresh[fresh.length >> 1] ?? null;
  }

  /**
   * Whether a path gives its viewers less than `needMbps`, though another may give more. When all edges that are known
   * to a network are as slow, it is the network's own lines, and a move would help nobody.
   */
  isSlow(path: MeasuredPath, needMbps: number, now: MonoMs): boolean {
    const median = this.median(path, now);
    if (median === null || median >= needMbps) return false;
    const others = [...(this.#edges.get(path.asn) ?? [])]
      .filter((edge) => edge !== path.edge)
      .map((edge) => this.median({ asn: path.asn, edge }, now))
      .filter((other) => other !== null);
    return others.length === 0 || others.some((other) => other >= BETTER * median);
  }

  #dropOldest(): void {
    const key = this.#paths.keys().next().value as string;
    this.#paths.delete(key);
    const [asn = "", edge = ""] = key.split(" ");
    const network = asn === "?" ? null : Number(asn);
    const edges = this.#edges.get(network);
    edges?.delete(edge);
    if (edges?.size === 0) this.#edges.delete(network);
  }
}
