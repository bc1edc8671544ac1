// Who reaches whom, and where: asked of the operator's model today, of live routes where an exchange shows them.
import type { EdgeDeclaration } from "./edge.ts";

/** One way into a network that crosses no transit. */
export interface Route {
  readonly by: "pni" | "bilateral" | "route-server";
  /** The id of the PNI, or of the exchange. */
  readonly at: string;
}

/** Where an edge hangs; all edges that hang alike have the same routes. */
export type Attachment = Pick<EdgeDeclaration, "asn" | "at" | "in">;

/**
 * The door by which reachability is asked. Whoever stands behind it promises:
 * - `routesTo(asn, edge)` names every way by which what `edge` sends enters the network `asn` now, transit apart, in any
 *   order and each once; empty when there is none or the network is not known. Direction matters: it is about routes to
 *   the viewers' prefixes as the edge's network hears them.
 * - A way is named only while its line is up, and it names exchanges and PNIs by the ids of the model.
 * - It answers at once, from memory: it is asked while a viewer waits.
 * - Its answers change only when `version` does: plans are kept until then.
 * - It never throws. A source that lost its own feed goes on saying what it knew last.
 */
export interface RouteSource {
  /** Grows with every change. */
  readonly version: number;
  routesTo(asn: number, edge: Attachment): readonly Route[];
}
