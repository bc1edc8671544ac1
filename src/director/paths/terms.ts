// What networks ask for: footprints that their caches serve, limits on what these deliver, and on what is delivered in all.
import type { MonoMs } from "#base";
import type { Network, NetworkModel } from "#protocol";
import { type AcceptedContract, capacityOf, totalLimitOf } from "../contract/accepted.ts";
import type { OwnedFootprint } from "./footprintTable.ts";
import type { Home } from "./path.ts";

/** A limit in force. */
export interface LimitWord {
  readonly id: string;
  readonly asn: number;
  readonly mbps: number;
  /** In use now; null: the network does not tell it. */
  readonly usedMbps: number | null;
  /** What the limit is about: all that is delivered to the network, all that its caches deliver, or what these deliver into footprints. */
  readonly binds: "network" | "caches" | "footprints";
  readonly toldAt: MonoMs | null;
}

interface NetworkWord {
  readonly limitMbps: number | null;
  readonly downMbps: number;
  readonly at: MonoMs;
}

interface Held {
  readonly source: string;
  readonly contract: AcceptedContract;
  /** The footprints that its caches serve; none: they serve the whole network. */
  readonly served: ReadonlySet<string>;
  readonly at: MonoMs;
}

/** What of a contract paths depend on: which footprints and limits there are, not what they hold. */
const shapeOf = (contract: AcceptedContract | undefined): string =>
  JSON.stringify([
    contract?.footprints.map(({ id, serves }) => [id, serves ?? true]),
    contract?.limits.map(({ id, mbps, footprints }) => [id, mbps === null, footprints]),
  ]);

export type ContractChange = "nothing" | "words" | "paths";

export class Terms {
  readonly #written: ReadonlyMap<number, number>;
  readonly #words = new Map<number, NetworkWord>();
  readonly #contracts = new Map<number, Held>();
  readonly #unheard = new Map<string, number>();

  readonly #fullAt: number;

  constructor(model: Pick<NetworkModel, "networks" | "policy">) {
    this.#fullAt = model.policy.fullAt;
    this.#written = new Map(
      model.networks.flatMap(({ asn, limitMbps }) => (limitMbps ? [[asn, limitMbps]] : [])),
    );
  }

  /** Takes a network's limit and load; true when the network's paths changed. */
  learnNetwork({ asn, limitMbps, access }: Network, at: MonoMs): boolean {
    const before = this.#wholeMbps(asn);
    this.#words.set(asn, { limitMbps, downMbps: access.downMbps, at });
    return (before === null) !== (this.#wholeMbps(asn) === null);
  }

  /** Sources that speak for a network whose contract another tells already: they are not heard. */
  get unheard(): ReadonlyMap<string, number> {
    return this.#unheard;
  }

  /** Takes a contract; of two sources for one network the first is heard. What changed by it: words, or paths as well. */
  learnContract(source: string, contract: AcceptedContract, at: MonoMs): ContractChange {
    const { asn } = contract;
    const before = this.#contracts.get(asn);
    if (before && before.source !== source) {
      this.#unheard.set(source, asn);
      return "nothing";
    }
    this.#unheard.delete(source);
    let changed: ContractChange =
      before?.contract.version === contract.version ? "nothing" : "words";
    if (shapeOf(before?.contract) !== shapeOf(contract)) changed = "paths";
    for (const [other, held] of this.#contracts) {
      if (held.source !== source || other === asn) continue;
      this.#contracts.delete(other);
      changed = "paths";
    }
    const served = contract.footprints.filter(({ serves }) => serves ?? true).map(({ id }) => id);
    this.#contracts.set(asn, { source, contract, served: new Set(served), at });
    return changed;
  }

  *contracts(): Iterable<AcceptedContract> {
    for (const { contract } of this.#contracts.values()) yield contract;
  }

  /** Those that are served and those that are only limited. */
  *footprints(): Iterable<OwnedFootprint> {
    for (const { asn, footprints } of this.contracts())
      for (const footprint of footprints) yield { ...footprint, asn };
  }

  /** Whether anything is asked for by `asn`. */
  knows(asn: number): boolean {
    return this.#wholeMbps(asn) !== null || this.#contracts.has(asn);
  }

  /** Whether the caches of `asn` are offered to a home: where none is served, to everybody (RFC 8008 5). */
  offers(asn: number, home: Home): boolean {
    const held = this.#contracts.get(asn);
    if (!held || held.served.size === 0) return true;
    return home.footprints.some((id) => held.served.has(id));
  }

  /**
   * Ids of the limits on what an edge delivers to a home; `inside`: the network that it stands in, as a cache of that
   * network. A contract's limits say how much may be delegated to those caches (RFC 9808 1); other ways pass the total alone.
   */
  limitsOn(home: Home, inside: number | undefined): readonly string[] {
    const ids: string[] = [];
    if (home.asn !== null && this.#wholeMbps(home.asn) !== null) ids.push(totalLimitOf(home.asn));
    const limits = inside === undefined ? [] : (this.#contracts.get(inside)?.contract.limits ?? []);
    for (const { id, mbps, footprints } of limits) {
      const concerns =
        footprints.length === 0 || footprints.some((one) => home.footprints.includes(one));
      if (mbps !== null && concerns) ids.push(id);
    }
    return ids;
  }

  /** Every limit in force. */
  *limits(): Iterable<LimitWord> {
    for (const asn of new Set([...this.#written.keys(), ...this.#words.keys()])) {
      const mbps = this.#wholeMbps(asn);
      const word = this.#words.get(asn);
      const told = { usedMbps: word?.downMbps ?? null, toldAt: word?.at ?? null };
      if (mbps !== null) yield { id: totalLimitOf(asn), asn, mbps, ...told, binds: "network" };
    }
    for (const [asn, { contract, at }] of this.#contracts) {
      for (const limit of contract.limits) {
        const mbps = capacityOf(limit, this.#fullAt);
        if (mbps === null) continue;
        const binds = limit.footprints.length === 0 ? "caches" : "footprints";
        yield { id: limit.id, asn, mbps, usedMbps: limit.usedMbps ?? null, binds, toldAt: at };
      }
    }
  }

  /** What the network says itself goes before what is written about it. */
  #wholeMbps(asn: number): number | null {
    const word = this.#words.get(asn);
    return word ? word.limitMbps : (this.#written.get(asn) ?? null);
  }
}
