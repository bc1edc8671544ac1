// Which network each prefix belongs to, as the model and networks claim it: of equal claims the more trusted holds.
import { type Address, LongestPrefixTable, type Prefix } from "#network";
import { type Contradiction, nest } from "./order.ts";

/** The network that an address belongs to; one object a network. */
export interface Owner {
  readonly asn: number;
}

/** One prefix claimed. */
export interface Claim {
  readonly prefix: Prefix;
  readonly owner: Owner;
}

/** Who claims. The lower rank is the more trusted; equal ranks go by who came first. */
export interface Claimant {
  readonly name: string;
  readonly rank: number;
}

interface Held extends Claim {
  readonly claimant: string;
  readonly rank: number;
}

interface Contest {
  readonly prefix: Prefix;
  /** The most trusted first. */
  readonly claims: Held[];
}

export class Claims {
  readonly #table = new LongestPrefixTable<Owner>();
  readonly #contests = new Map<string, Contest>();
  readonly #byClaimant = new Map<string, ReadonlyMap<string, Claim>>();
  readonly #refusals = new Map<string, number>();
  readonly #limit: number;
  /** Grows with every change. */
  version = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Prefixes claimed by somebody. */
  get size(): number {
    return this.#contests.size;
  }

  /** Claims that are not used: made twice by one claimant, or beyond the limit. */
  get refused(): number {
    return [...this.#refusals.values()].reduce((sum, count) => sum + count, 0);
  }

  find(address: Address): { value: Owner; length: number } | null {
    return this.#table.find(address);
  }

  /** Takes all that a claimant claims now; only what differs from before is changed. */
  replace(claimant: Claimant, claims: readonly Claim[]): void {
    const before = this.#byClaimant.get(claimant.name) ?? new Map<string, Claim>();
    const next = new Map(claims.map((claim) => [claim.prefix.text, claim]));
    for (const [text, claim] of before)
      if (next.get(text)?.owner !== claim.owner) this.#withdraw(text, claimant.name);
    for (const [text, claim] of next) {
      if (before.get(text)?.owner === claim.owner) continue;
      const held = { ...claim, claimant: claimant.name, rank: claimant.rank };
      if (!this.#announce(text, held)) next.delete(text);
    }
    this.#byClaimant.set(claimant.name, next);
    this.#refusals.set(claimant.name, claims.length - next.size);
  }

  #announce(text: string, claim: Held): boolean {
    const contest = this.#contests.get(text) ?? { prefix: claim.prefix, claims: [] };
    if (contest.claims.length === 0 && this.#contests.size >= this.#limit) return false;
    const at = contest.claims.findIndex(({ rank }) => rank > claim.rank);
    contest.claims.splice(at < 0 ? contest.claims.length : at, 0, claim);
    this.#contests.set(text, contest);
    this.#settle(contest);
    return true;
  }

  #withdraw(text: string, claimant: string): void {
    const contest = this.#contests.get(text);
    const at = contest?.claims.findIndex((claim) => claim.claimant === claimant) ?? -1;
    if (!contest || at < 0) return;
    contest.claims.splice(at, 1);
    if (contest.claims.length === 0) this.#contests.delete(text);
    this.#settle(contest);
  }

  #settle({ prefix, claims: [first] }: Contest): void {
    if (first) this.#table.set(prefix, first.owner);
    else this.#table.remove(prefix);
    this.version += 1;
  }

  /** Each prefix with the network that has it. */
  *held(): Iterable<{ prefix: Prefix; asn: number }> {
    for (const { prefix, claims } of this.#contests.values())
      yield { prefix, asn: (claims[0] as Held).owner.asn };
  }

  /** Prefixes that more than one network claims, and prefixes inside another network's, in order of addresses. */
  *contradictions(): Iterable<Contradiction> {
    for (const { item, outer } of nest(this.#contests.values())) {
      const { prefix, claims } = item;
      const asn = (claims[0] as Held).owner.asn;
      for (const over of new Set(claims.map(({ owner }) => owner.asn)))
        if (over !== asn) yield { prefix, asn, over, inside: null };
      const around = outer?.claims[0]?.owner.asn;
      if (outer && around !== undefined && around !== asn)
        yield { prefix, asn, over: around, inside: outer.prefix };
    }
  }
}
