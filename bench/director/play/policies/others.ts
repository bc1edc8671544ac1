// What the product is compared with. None of these knows who is connected to whom, nor what is full.
import { hashOf } from "../../../../src/director/load/hash.ts";
import type { EdgeDeclaration } from "../../../../src/director/paths/edge.ts";
import type { Path } from "../../../../src/director/paths/path.ts";
import { Atlas } from "../../../../src/director/paths/places.ts";
import type { Topology } from "../../../../src/director/topology.ts";
import { HashRing } from "../../../../src/director/decide/ring.ts";
import { CHANNEL } from "./ours.ts";
import type { Policy, Seat } from "./policy.ts";

/** Chooses an edge once and for all; the path follows from it. */
abstract class Fixed implements Policy {
  abstract readonly name: string;
  readonly topology: Topology;

  constructor(topology: Topology) {
    this.topology = topology;
  }

  protected abstract edgeFor(seat: Seat, place: string | null): EdgeDeclaration;

  arrive(seat: Seat): Path {
    const { home } = this.topology.homeOf(seat.address);
    const edge = this.edgeFor(seat, home.place);
    for (const { paths } of this.topology.planOf(home).tiers)
      for (const path of paths) if (path.edge === edge) return path;
    throw new Error(`no path to ${edge.id}`);
  }

  poll(_seat: Seat, current: Path): Path {
    return current;
  }

  hear(): void {}
  measure(): void {}
  turn(): void {}
}

const nameOf = ({ index }: Seat): number => hashOf(`viewer-${index}`);

/** One ring of all edges by capacity. */
export class PlainRing extends Fixed {
  readonly name = "plain consistent hashing";
  readonly #ring: HashRing;

  constructor(topology: Topology) {
    super(topology);
    this.#ring = new HashRing(topology.edges, hashOf(CHANNEL));
  }

  protected edgeFor(seat: Seat): EdgeDeclaration {
    const owner = this.#ring.owners[this.#ring.start(nameOf(seat))] as number;
    return this.topology.edges[owner] as EdgeDeclaration;
  }
}

/** The nearest edge by kilometres; among those as near, by a ring of them. Whose place is unknown goes round all. */
export class Nearest extends Fixed {
  readonly name = "nearest by geography";
  readonly #rings = new Map<string | null, { edges: readonly EdgeDeclaration[]; ring: HashRing }>();
  readonly #atlas: Atlas;

  constructor(topology: Topology) {
    super(topology);
    this.#atlas = new Atlas(topology.model.places);
  }

  protected edgeFor(seat: Seat, place: string | null): EdgeDeclaration {
    let near = this.#rings.get(place);
    if (!near) {
      const edges = this.#nearest(place);
      near = { edges, ring: new HashRing(edges, hashOf(CHANNEL)) };
      this.#rings.set(place, near);
    }
    return near.edges[near.ring.owners[near.ring.start(nameOf(seat))] as number] as EdgeDeclaration;
  }

  #nearest(place: string | null): readonly EdgeDeclaration[] {
    const { topology } = this;
    const far = topology.edges.map(
      (edge) => this.#atlas.between(place, topology.placeOfEdge(edge)) ?? Infinity,
    );
    const least = Math.min(...far);
    return topology.edges.filter((_, index) => far[index] === least);
  }
}

/** Any edge, all alike. */
export class AnyEdge extends Fixed {
  readonly name = "random";

  protected edgeFor(seat: Seat): EdgeDeclaration {
    const { edges } = this.topology;
    return edges[nameOf(seat) % edges.length] as EdgeDeclaration;
  }
}
