// What networks ask for: footprints that their caches serve, and limits on what is delivered to them.
import type { MonoMs } from "#base";
import type { Network, NetworkModel } from "#protocol";
import { type AcceptedContract, capacityOf } from "../contract/accepted.ts";
import type { OwnedFootprint } from "./footprintTable.ts";
import type { Home } from "./path.ts";

/** A limit in force. */
export interface LimitWord {
  readonly id: string;
  readonly asn: number;
  readonly mbps: number;
  /** What is delivered to the network now; null: it does not tell it for these footprints. */
  readonly usedMbps: number | null;
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

/** The id of the limit that a network tells with its load. */
const wholeLimit = (asn: number): string => `limit/${asn}/network`;

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

  /** Ids of the limits on what is delivered to a home. */
  limitsOn(home: Home): readonly string[] {
    const ids: string[] = [];
    if (home.asn !== null && this.#wholeMbps(home.asn) !== null) ids.push(wholeLimit(home.asn));
    for (const { asn, limits } of this.contracts()) {
      for (const { id, mbps, footprints } of limits) {
        const concerns =
          footprints.length === 0
            ? asn === home.asn
            : footprints.some((one) => home.footprints.includes(one));
        if (mbps !== null && concerns && !ids.includes(id)) ids.push(id);
      }
    }
    return ids;
  }

  /** Every limit in force. */
  *limits(): Iterable<LimitWord> {
    for (const asn of new Set([...this.#written.keys(), ...this.#words.keys()])) {
      const mbps = this.#wholeMbps(asn);
      const word = this.#words.get(asn);
      const told = { usedMbps: word?.downMbps ?? null, toldAt: word?.at ?? null };
      if (mbps !== null) yield { id: wholeLimit(asn), asn, mbps, ...told };
    }
    for (const [asn, { contract, at }] of this.#contracts) {
      const word = this.#words.get(asn);
      for (const limit of contract.limits) {
        const mbps = capacityOf(limit, this.#fullAt);
        // A network that tells its whole limit with its load tells it there more often.
        const twice = limit.id === wholeLimit(asn) && this.#wholeMbps(asn) !== null;
        if (mbps === null || twice) continue;
        // Beside what the contract tells, a network tells one load for all of itself, and none for a part.
        const whole = limit.footprints.length === 0 ? word : undefined;
        const own = limit.usedMbps ?? null;
        const usedMbps = own ?? whole?.downMbps ?? null;
        yield { id: limit.id, asn, mbps, usedMbps, toldAt: own === null ? (whole?.at ?? at) : at };
      }
    }
  }

  /** What the network says itself goes before what is written about it. */
  #wholeMbps(asn: number): number | null {
    const word = this.#words.get(asn);
    return word ? word.limitMbps : (this.#written.get(asn) ?? null);
  }
}
