// Paths on which players measure too little, by network and edge. The median of many speaks: one slow home decides nothing.
import { elapsed, type MonoMs, monoMs } from "#base";
import {
  ALONE_SHARE,
  BETTER,
  JUDGE_PERIOD_MS,
  NEED_SHARE,
  SAMPLE_AGE_MS,
  SAMPLES_LEAST,
  SAMPLES_LIMIT,
  SLOW_HOLD_LIMIT_MS,
  SLOW_HOLD_MS,
  SLOW_PATHS_LIMIT,
  WAITING_AGE_MS,
} from "./limits.ts";

/** A path, as measurements know it. */
export interface MeasuredPath {
  /** Null: the viewer's network is not known. */
  readonly asn: number | null;
  readonly edge: string;
}

/** What is known of one path. */
interface Known {
  /** Viewers who have spoken once: a player's first word is its guess from before it measured anything. */
  readonly waiting: Map<string, MonoMs>;
  /** Viewers and what they said last, the one who spoke longest ago first. */
  readonly samples: Map<string, { mbps: number; at: MonoMs }>;
  /** Slow until then, whatever is measured: those who left measure nothing, and must not come back for that. */
  slowUntil: MonoMs;
  holdMs: number;
  judgedAt: MonoMs;
}

const keyOf = ({ asn, edge }: MeasuredPath): string => `${asn ?? "?"} ${edge}`;

export class SlowPaths {
  /** By network and edge, the one heard longest ago first. */
  readonly #paths = new Map<string, Known>();
  /** Edges with measurements, by network. */
  readonly #edges = new Map<number | null, Set<string>>();
  /** Networks with a slow path, and until when the last of these is slow. */
  readonly #slowUntil = new Map<number | null, MonoMs>();

  /** Paths with measurements. */
  get size(): number {
    return this.#paths.size;
  }

  /** Takes what `viewer` measured on a path; of many viewers some are heard. */
  note(path: MeasuredPath, { viewer, mbps }: { viewer: string; mbps: number }, now: MonoMs): void {
    const { waiting, samples } = this.#known(path);
    if (waiting.delete(viewer) || samples.delete(viewer)) {
      samples.set(viewer, { mbps, at: now });
      if (samples.size > SAMPLES_LIMIT) samples.delete(firstOf(samples));
      return;
    }
    const oldest = waiting.values().next().value;
    if (oldest !== undefined && elapsed(oldest, now) > WAITING_AGE_MS)
      waiting.delete(firstOf(waiting));
    if (waiting.size < SAMPLES_LIMIT) waiting.set(viewer, now);
  }

  /** The median of what viewers measured lately, Mb/s; null: too few of them did. */
  median(path: MeasuredPath, now: MonoMs): number | null {
    const fresh: number[] = [];
    for (const { mbps, at } of this.#paths.get(keyOf(path))?.samples.values() ?? [])
      if (elapsed(at, now) <= SAMPLE_AGE_MS) fresh.push(mbps);
    if (fresh.length < SAMPLES_LEAST) return null;
    fresh.sort((a, b) => a - b);
    return fresh[fresh.length >> 1] ?? null;
  }

  /**
   * Judges whether a path gives its viewers too little: half of what a viewer draws, while another edge gives the same
   * network clearly more; or a quarter, while none is known to. When all edges are as slow, it is the network's own lines,
   * and a move would help nobody. True: it is slow, now or still.
   */
  judge(path: MeasuredPath, sessionMbps: number, now: MonoMs): boolean {
    const known = this.#paths.get(keyOf(path));
    if (!known) return false;
    if (now < known.slowUntil) return true;
    if (elapsed(known.judgedAt, now) < JUDGE_PERIOD_MS) return false;
    known.judgedAt = now;
    if (!this.#isSlowNow(path, sessionMbps, now)) return false;
    const lately = elapsed(known.slowUntil, now) < known.holdMs;
    known.holdMs = lately ? Math.min(SLOW_HOLD_LIMIT_MS, 2 * known.holdMs) : SLOW_HOLD_MS;
    known.slowUntil = monoMs(now + known.holdMs);
    const until = Math.max(known.slowUntil, this.#slowUntil.get(path.asn) ?? 0);
    this.#slowUntil.set(path.asn, monoMs(until));
    return true;
  }

  /** Which edges the viewers of a network are to be kept from; undefined, as nearly always: none. */
  shunsOf(asn: number | null, now: MonoMs): ((edge: string) => boolean) | undefined {
    if (this.#slowUntil.size === 0) return undefined;
    const until = this.#slowUntil.get(asn);
    if (until === undefined) return undefined;
    if (now < until)
      return (edge) => now < (this.#paths.get(keyOf({ asn, edge }))?.slowUntil ?? now);
    this.#slowUntil.delete(asn);
    return undefined;
  }

  #isSlowNow(path: MeasuredPath, sessionMbps: number, now: MonoMs): boolean {
    const median = this.median(path, now);
    if (median === null || median >= NEED_SHARE * sessionMbps) return false;
    const others = [...(this.#edges.get(path.asn) ?? [])]
      .filter((edge) => edge !== path.edge)
      .map((edge) => this.median({ asn: path.asn, edge }, now))
      .filter((other) => other !== null);
    return others.length === 0
      ? median < ALONE_SHARE * sessionMbps
      : others.some((other) => other >= BETTER * median);
  }

  #known(path: MeasuredPath): Known {
    const key = keyOf(path);
    const known = this.#paths.get(key) ?? {
      waiting: new Map<string, MonoMs>(),
      samples: new Map<string, { mbps: number; at: MonoMs }>(),
      slowUntil: monoMs(Number.NEGATIVE_INFINITY),
      holdMs: SLOW_HOLD_MS,
      judgedAt: monoMs(Number.NEGATIVE_INFINITY),
    };
    this.#paths.delete(key);
    this.#paths.set(key, known);
    const edges = this.#edges.get(path.asn) ?? new Set();
    this.#edges.set(path.asn, edges.add(path.edge));
    if (this.#paths.size > SLOW_PATHS_LIMIT) this.#dropOldest();
    return known;
  }

  #dropOldest(): void {
    const key = firstOf(this.#paths);
    this.#paths.delete(key);
    const [asn = "", edge = ""] = key.split(" ");
    const network = asn === "?" ? null : Number(asn);
    const edges = this.#edges.get(network);
    edges?.delete(edge);
    if (edges?.size === 0) this.#edges.delete(network);
  }
}

const firstOf = (map: ReadonlyMap<string, unknown>): string => map.keys().next().value as string;
