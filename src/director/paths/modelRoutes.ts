// Routes as the model and the carriers' own words have them: who has a port, who peers with whom.
import { networkOf } from "./edge.ts";
import type { Interconnect, Member } from "./interconnect.ts";
import type { Attachment, Route, RouteSource } from "./routeSource.ts";

/** Where no live routes are to be had. A session is there when a port, the route server's peers or a policy say so. */
export class ModelRoutes implements RouteSource {
  readonly #interconnect: Interconnect;
  #version = 0;

  constructor(interconnect: Interconnect) {
    this.#interconnect = interconnect;
  }

  get version(): number {
    return this.#version;
  }

  /** To be called when the interconnect changed. */
  changed(): void {
    this.#version += 1;
  }

  routesTo(asn: number, edge: Attachment): readonly Route[] {
    const from = networkOf(edge);
    const routes: Route[] = [];
    for (const at of this.#interconnect.exchangesOf(asn)) {
      const members = this.#interconnect.exchanges.get(at)?.members;
      const member = members?.get(asn);
      if (!members || !member?.up) continue;
      if (from === null) {
        // Nobody said whose edge it is: at its exchange it counts as everybody's peer.
        if (edge.at === at) routes.push({ by: "bilateral", at });
        continue;
      }
      const other = members.get(from);
      const by = other?.up ? sessionOf(member, other) : null;
      if (by) routes.push({ by, at });
    }
    if (from === null) return routes;
    const pnis = this.#interconnect.pnisBetween(asn, from).filter(({ up }) => up);
    return [...pnis.map(({ id }): Route => ({ by: "pni", at: id })), ...routes];
  }
}

const covers = (member: Member, asn: number): boolean =>
  member.bilateral === "all" || member.bilateral.has(asn);

/** One side's open policy, or its name for the other, is enough: the other has said nothing against it. */
function sessionOf(a: Member, b: Member): "bilateral" | "route-server" | null {
  if (a.asn === b.asn || covers(a, b.asn) || covers(b, a.asn)) return "bilateral";
  return a.routeServer && b.routeServer ? "route-server" : null;
}
