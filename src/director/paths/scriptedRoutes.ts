// A RouteSource that can be told to lose routes: what a withdrawn session looks like to whoever asks.
import type { Attachment, Route, RouteSource } from "./routeSource.ts";

/** What is withdrawn: all that fits every field that is given. */
export interface Withdrawal {
  /** The network that the route leads to. */
  readonly asn?: number;
  /** The exchange or the PNI. */
  readonly at?: string;
  readonly by?: Route["by"];
}

/** The routes of another source, less what was withdrawn. */
export class ScriptedRoutes implements RouteSource {
  readonly #below: RouteSource;
  readonly #withdrawn = new Set<Withdrawal>();
  #changes = 0;

  constructor(below: RouteSource) {
    this.#below = below;
  }

  get version(): number {
    return this.#below.version + this.#changes;
  }

  /** Withdraws; the answer announces again. */
  withdraw(what: Withdrawal): () => void {
    this.#withdrawn.add(what);
    this.#changes += 1;
    return () => {
      if (this.#withdrawn.delete(what)) this.#changes += 1;
    };
  }

  routesTo(asn: number, edge: Attachment): readonly Route[] {
    const routes = this.#below.routesTo(asn, edge);
    if (this.#withdrawn.size === 0) return routes;
    const lost = (route: Route): boolean =>
      [...this.#withdrawn].some(
        (what) =>
          (what.asn ?? asn) === asn &&
          (what.at ?? route.at) === route.at &&
          (what.by ?? route.by) === route.by,
      );
    return routes.filter((route) => !lost(route));
  }
}
