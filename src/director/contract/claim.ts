// How much of a claimed region a network may have: what is its own, and what the operator gave it leave for.
import { parsePrefix, type Prefix } from "#network";
import { heldBy, insideOf, type Region, tidied, united } from "#network/cdni";
import type { NetworkModel } from "#protocol";
import { BROADEST_PREFIX } from "./limits.ts";
import type { World } from "./world.ts";

/** A network's own, and what it has leave for. */
export class Claimant {
  readonly asn: number;
  readonly #world: World;
  /** Its own number and those it has leave for. */
  readonly #asns: ReadonlySet<number>;
  /** Prefixes it has leave for. */
  readonly #leave: readonly Prefix[];

  constructor(asn: number, { world, leave }: { world: World; leave: NetworkModel["leave"] }) {
    const given = leave.filter((each) => each.asn === asn);
    this.asn = asn;
    this.#world = world;
    this.#asns = new Set([asn, ...given.flatMap(({ asns }) => asns)]);
    const prefixes = given.flatMap(({ prefixes: texts }) => texts.map(parsePrefix));
    this.#leave = tidied(prefixes.filter((each) => each !== null));
  }

  /** The part of `claimed` that it may have; null claims everything. What is left out is told to `refuse`. */
  allowed(claimed: Region | null, refuse: (sentence: string) => void): Region {
    if (claimed === null) {
      const whole = this.#leave.filter(({ length }) => length === 0);
      if (whole.length === 0)
        refuse(
          `It claims the whole Internet: its own network${this.#asns.size > 1 || this.#leave.length > 0 ? " and what it has leave for" : ""} stand. ${this.#cure("0.0.0.0/0")}`,
        );
      return { prefixes: this.#leave, asns: [...this.#asns].sort((a, b) => a - b) };
    }
    const strange = claimed.asns.filter((asn) => !this.#asns.has(asn));
    for (const asn of strange)
      refuse(
        `It claims AS${asn}. Only with leave: list ${asn} under asns in the leave of ${this.asn}.`,
      );
    const asns = claimed.asns.filter((asn) => this.#asns.has(asn));
    const prefixes = claimed.prefixes.flatMap((prefix) => this.#part(prefix, refuse));
    return { prefixes: tidied(prefixes), asns };
  }

  #part(prefix: Prefix, refuse: (sentence: string) => void): readonly Prefix[] {
    if (heldBy(prefix, this.#leave)) return [prefix];
    const owner = this.#world.ownerOf(prefix);
    if (owner !== null && this.#asns.has(owner)) return [prefix];
    const given = insideOf(prefix, this.#leave);
    const own = this.#world.within(prefix, this.#asns);
    const part = united({ prefixes: given, asns: [] }, { prefixes: own, asns: [] }).prefixes;
    const stands = part.length > 0 ? `; ${listed(part)} of it stand` : "";
    refuse(
      `It claims ${prefix.text}, ${this.#whose(prefix, owner)}${stands}. ${this.#cure(prefix.text)}`,
    );
    return part;
  }

  #whose(prefix: Prefix, owner: number | null): string {
    if (prefix.length < BROADEST_PREFIX[prefix.family]) return "which means the whole Internet";
    return owner === null ? "which is not known to be its own" : `which belongs to AS${owner}`;
  }

  #cure(prefix: string): string {
    return `Only with leave: list ${prefix} under prefixes in the leave of ${this.asn}, or among its own prefixes.`;
  }
}

const LISTED = 4;
const listed = (prefixes: readonly Prefix[]): string => {
  const texts = prefixes.slice(0, LISTED).map(({ text }) => text);
  const more = prefixes.length - texts.length;
  return more > 0 ? `${texts.join(", ")} and ${more} more` : texts.join(", ");
};
