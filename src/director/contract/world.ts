// Whose a prefix is and where a place is, as the director knows it: what footprints are read against.
import { type Address, type Prefix, parsePrefix, rangeOf } from "#network";
import { type Atlas, insideOf, type Region, tidied } from "#network/cdni";
import type { Network, NetworkModel } from "#protocol";

/** What of a topology is asked. */
export interface KnownNetworks {
  readonly model: Pick<NetworkModel, "networks" | "places">;
  homeOf(address: Address): {
    readonly home: { readonly asn: number | null };
    prefix(): string | null;
  };
}

type Written = NetworkModel["networks"][number];

export class World implements Atlas {
  readonly #known: KnownNetworks;
  readonly #told: readonly Network[];
  readonly #written: ReadonlyMap<number, Written>;
  readonly #prefixes = new WeakMap<ReadonlySet<number>, readonly Prefix[]>();

  /** `told`: what networks said last of themselves. */
  constructor(known: KnownNetworks, told: readonly Network[]) {
    this.#known = known;
    this.#told = told;
    this.#written = new Map(known.model.networks.map((network) => [network.asn, network]));
  }

  /**
   * The network that has a prefix: one of its own, or a part of one. Longer prefixes of others inside it stay theirs by
   * longest prefix. Null: no network has it as a whole.
   */
  ownerOf(prefix: Prefix): number | null {
    const found = this.#known.homeOf(rangeOf(prefix).first);
    const matched = parsePrefix(found.prefix() ?? "");
    return matched && matched.length <= prefix.length ? found.home.asn : null;
  }

  within(prefix: Prefix, asns: ReadonlySet<number>): readonly Prefix[] {
    const owner = this.ownerOf(prefix);
    if (owner !== null && asns.has(owner)) return [prefix];
    return insideOf(prefix, this.prefixesOf(asns));
  }

  /** What networks announce, as they say or as is written; tables are not listed. In order. */
  prefixesOf(asns: ReadonlySet<number>): readonly Prefix[] {
    const known = this.#prefixes.get(asns);
    if (known) return known;
    const texts = [
      ...[...asns].flatMap((asn) =>
        (this.#written.get(asn)?.prefixes ?? []).map(({ prefix }) => prefix),
      ),
      ...this.#told.filter(({ asn }) => asns.has(asn)).flatMap(({ prefixes }) => prefixes),
    ];
    const prefixes = tidied(texts.map(parsePrefix).filter((each) => each !== null));
    this.#prefixes.set(asns, prefixes);
    return prefixes;
  }

  /** Places are `it/roma`: a country's are those that begin with its code. */
  country(code: string): Region | null {
    return this.#regionOf((place) => place.startsWith(`${code}/`));
  }

  /** A subdivision is a place of its code: it-rm is it/rm. The model has no other table of ISO 3166-2. */
  subdivision(code: string): Region | null {
    const id = code.replace("-", "/");
    return this.#regionOf((place) => place === id);
  }

  #regionOf(lies: (place: string) => boolean): Region | null {
    const { model } = this.#known;
    const places = new Map<number, string | null>();
    for (const { asn, place } of model.networks) places.set(asn, place);
    for (const { asn, place } of this.#told) if (place) places.set(asn, place);
    const asns = [...places].flatMap(([asn, place]) => (place && lies(place) ? [asn] : []));
    const marked = model.networks.flatMap(({ prefixes }) =>
      prefixes.flatMap(({ prefix, place }) =>
        place !== undefined && lies(place) ? [parsePrefix(prefix)] : [],
      ),
    );
    const prefixes = tidied(marked.filter((each) => each !== null));
    const known = model.places.some(({ id }) => lies(id)) || asns.length + prefixes.length > 0;
    return known ? { prefixes, asns: asns.sort((a, b) => a - b) } : null;
  }
}
