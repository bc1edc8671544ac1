// Which upstream is asked next.
import type { SupplyCounter } from "../supply.ts";
import type { Upstream } from "./upstream.ts";

/** Upstreams, best first, as their breakers stand. */
export class Choice {
  readonly upstreams: readonly Upstream[];
  readonly #count: (counter: SupplyCounter) => void;

  constructor(upstreams: readonly Upstream[], count: (counter: SupplyCounter) => void) {
    this.upstreams = upstreams;
    this.#count = count;
  }

  /** The one at `url`. */
  named(url: string | null): Upstream | null {
    return this.upstreams.find((upstream) => upstream.url === url) ?? null;
  }

  /** The best that is well and not among `tried`; `first` before all others, if it is well. Null: none is. */
  well(tried: ReadonlySet<Upstream>, first: Upstream | null = null): Upstream | null {
    if (first && first.closed && !tried.has(first)) return first;
    for (const upstream of this.upstreams) {
      if (tried.has(upstream)) continue;
      if (upstream.closed) return upstream;
      this.#count("refusedByBreaker");
    }
    return null;
  }

  /** As {@link well}; when none is, the least bad (DESIGN, invariant 7). Null only when all were tried. */
  any(tried: ReadonlySet<Upstream>, first: Upstream | null = null): Upstream | null {
    const well = this.well(tried, first);
    if (well) return well;
    const [least = null] = this.upstreams
      .filter((upstream) => !tried.has(upstream))
      .sort((one, other) => lastSuccess(other) - lastSuccess(one));
    if (least) this.#count("leastBad");
    return least;
  }

  /** Whether one is well besides `upstream`. */
  wellBeside(upstream: Upstream): boolean {
    return this.upstreams.some((other) => other !== upstream && other.closed);
  }
}

const lastSuccess = (upstream: Upstream): number => upstream.breaker.lastSuccess ?? -1;
