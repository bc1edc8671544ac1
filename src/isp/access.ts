// The access link's load, out of the byte counters of the routes that cross it.
import { type MonoMs, RateMeter } from "#base";

/** A route's own counts: bytes towards the subscribers, bytes from them, and connections open now. */
export interface RouteCounters {
  readonly downBytes: number;
  readonly upBytes: number;
  readonly connections: number;
}

/** The access link's load: bytes since the start, megabits a second over the last period. */
export interface AccessLoad {
  readonly downBytes: number;
  readonly upBytes: number;
  readonly downMbps: number;
  readonly upMbps: number;
}

/** Sums and rates over all routes of a network. */
export class AccessMeter {
  readonly #routes: { readonly counters: RouteCounters }[] = [];
  readonly #down: RateMeter;
  readonly #up: RateMeter;

  constructor(now: MonoMs) {
    this.#down = new RateMeter(now);
    this.#up = new RateMeter(now);
  }

  add(route: { readonly counters: RouteCounters }): void {
    this.#routes.push(route);
  }

  /** Sums since the start. */
  get totals(): RouteCounters {
    const sum = { downBytes: 0, upBytes: 0, connections: 0 };
    for (const { counters } of this.#routes) {
      sum.downBytes += counters.downBytes;
      sum.upBytes += counters.upBytes;
      sum.connections += counters.connections;
    }
    return sum;
  }

  /** Reads all counters; to be called each second. */
  measure(now: MonoMs): void {
    const { downBytes, upBytes } = this.totals;
    this.#down.read(now, downBytes);
    this.#up.read(now, upBytes);
  }

  /** Megabits a second over the last period. */
  get load(): { downMbps: number; upMbps: number } {
    return { downMbps: this.#down.mbps, upMbps: this.#up.mbps };
  }
}
