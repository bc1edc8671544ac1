// An advertisement as a contract: what of it holds, and what was refused, in sentences.
import { createHash } from "node:crypto";
import {
  type Advertisement,
  type CapacityLimit,
  type Capability,
  heldBy,
  type Region,
  resolveFootprints,
} from "#network/cdni";
import type { NetworkModel } from "#protocol";
import {
  type AcceptedContract,
  type AcceptedFootprint,
  type AcceptedLimit,
  totalLimitOf,
} from "./accepted.ts";
import { Claimant } from "./claim.ts";
import { CONTRACT_REPORTS_LIMIT, LEAST_LIMIT_MBPS, LIMIT_ID_LENGTH } from "./limits.ts";
import type { World } from "./world.ts";

const BITS_PER_MEGABIT = 1_000_000;

/** Against what an advertisement is held. */
export interface Grounds {
  readonly asn: number;
  readonly world: World;
  readonly leave: NetworkModel["leave"];
  /** Hosts of the edges: a limit for others is none of ours (RFC 9808 2.2.1). */
  readonly hosts: ReadonlySet<string>;
}

/** What a network advertises, as far as it holds. The part that needs leave it has not is refused; the rest stands. */
export function acceptContract(advertisement: Advertisement, grounds: Grounds): AcceptedContract {
  const draft = new Draft(grounds);
  for (const capability of advertisement.capabilities) draft.take(capability);
  return draft.contract();
}

/** What a network without a contract has agreed to: nothing. */
export const emptyContract = (asn: number): AcceptedContract => ({
  asn,
  version: "none",
  footprints: [],
  limits: [],
  reports: [],
});

class Draft {
  readonly #grounds: Grounds;
  readonly #claimant: Claimant;
  /** By their content: the same addresses are one footprint. */
  readonly #footprints = new Map<string, AcceptedFootprint & { serves: boolean }>();
  readonly #limits = new Map<string, AcceptedLimit>();
  readonly #reports = new Set<string>();
  readonly #unknown = new Map<string, number>();

  constructor(grounds: Grounds) {
    this.#grounds = grounds;
    this.#claimant = new Claimant(grounds.asn, grounds);
  }

  take(capability: Capability): void {
    if (capability.type === "FCI.DeliveryProtocol") this.#served(capability);
    else if (capability.type === "FCI.CapacityLimits") this.#limited(capability);
    else if (capability.type === "unknown")
      this.#unknown.set(capability.name, (this.#unknown.get(capability.name) ?? 0) + 1);
    // FCI.Telemetry says where measurements come from; the director asks GET /network for them (docs/design/contract.md).
  }

  #served({ footprints }: Capability): void {
    const { region, problems } = resolveFootprints(footprints, this.#grounds.world);
    for (const problem of problems) this.#report(problem);
    this.#named(
      this.#claimant.allowed(region, (why) => this.#report(why)),
      true,
    );
  }

  #limited({ limits, footprints }: Extract<Capability, { type: "FCI.CapacityLimits" }>): void {
    const obeyed = limits.filter((limit) => this.#concerns(limit));
    if (obeyed.length === 0) return;
    const { region, problems } = resolveFootprints(footprints, this.#grounds.world);
    for (const problem of problems)
      this.#report(`${problem} Until then the limit holds for all that its caches deliver.`);
    const whole = region === null || problems.length > 0;
    const held = whole ? null : this.#claimant.allowed(region, (why) => this.#report(why));
    const id = held && !this.#isWhole(held) ? this.#named(held, false) : null;
    // A limit on addresses that are nobody's of this network's limits nothing.
    if (held && held.prefixes.length + held.asns.length === 0) return;
    for (const limit of obeyed) this.#limit(limit, id === null ? [] : [id]);
  }

  #concerns({ limitType, scope, id = "" }: CapacityLimit): boolean {
    if (limitType !== "egress") {
      this.#report(
        `The limit ${id} on ${limitType} is not obeyed: a director knows megabits. Give an egress limit beside it.`,
      );
      return false;
    }
    const { hosts } = this.#grounds;
    if (scope?.type !== "published-host") {
      if (scope)
        this.#report(`The scope ${scope.type} of the limit ${id} is not known: it holds for all.`);
      return true;
    }
    const named = scope.values.filter((host) => hosts.has(host));
    if (named.length > 0 && named.length < hosts.size)
      this.#report(
        `The limit ${id} is for ${named.join(", ")}: it is held for all edges together.`,
      );
    return named.length > 0;
  }

  #limit(limit: CapacityLimit, footprints: readonly string[]): void {
    const megabits = (bits: number): number => Math.max(LEAST_LIMIT_MBPS, bits / BITS_PER_MEGABIT);
    const { maximumHard, maximumSoft, current } = limit;
    const name = (limit.id ?? "egress").replaceAll(/[^\w.-]/g, "_").slice(0, LIMIT_ID_LENGTH);
    const base = `limit/${this.#grounds.asn}/${name}`;
    const taken = (one: string): boolean =>
      this.#limits.has(one) || one === totalLimitOf(this.#grounds.asn);
    let id = base;
    for (let more = 2; taken(id); more += 1) id = `${base}-${more}`;
    this.#limits.set(id, {
      id,
      mbps: megabits(maximumHard),
      softMbps: maximumSoft === undefined ? null : megabits(maximumSoft),
      usedMbps: current === undefined ? null : current / BITS_PER_MEGABIT,
      footprints,
    });
  }

  /** Whether it is this network and nothing else: by its number, or by all the prefixes that it announces. */
  #isWhole({ asns, prefixes }: Region): boolean {
    const { asn, world } = this.#grounds;
    if (asns.some((each) => each !== asn)) return false;
    const own = new Set([asn]);
    const announced = world.prefixesOf(own);
    const foreign = prefixes.some((each) => world.ownerOf(each) !== asn);
    if (foreign) return false;
    return (
      asns.length > 0 || (announced.length > 0 && announced.every((each) => heldBy(each, prefixes)))
    );
  }

  /** The id of a footprint of these addresses; null for nobody's. */
  #named(region: Region, serves: boolean): string | null {
    if (region.prefixes.length + region.asns.length === 0) return null;
    const key = [...region.asns, ...region.prefixes.map(({ text }) => text)].join(" ");
    const known = this.#footprints.get(key);
    const id = known?.id ?? `${this.#grounds.asn}/${this.#footprints.size + 1}`;
    this.#footprints.set(key, { id, ...region, serves: serves || (known?.serves ?? false) });
    return id;
  }

  #report(sentence: string): void {
    this.#reports.add(`AS${this.#grounds.asn}'s contract: ${sentence}`);
  }

  contract(): AcceptedContract {
    for (const [name, count] of this.#unknown)
      this.#report(`${count} of the unknown type ${name} are ignored.`);
    const all = [...this.#reports];
    const reports = all.slice(0, CONTRACT_REPORTS_LIMIT);
    if (all.length > reports.length)
      reports.push(
        `AS${this.#grounds.asn}'s contract: ${all.length - reports.length} more refusals.`,
      );
    const footprints = [...this.#footprints.values()];
    const limits = [...this.#limits.values()];
    const version = versionOf({ footprints, limits, reports });
    return { asn: this.#grounds.asn, version, footprints, limits, reports };
  }
}

/** A name for all that is told but what is in use: that changes each second. */
function versionOf({
  footprints,
  limits,
  reports,
}: Pick<AcceptedContract, "footprints" | "limits" | "reports">): string {
  const text = JSON.stringify([
    footprints.map(({ id, prefixes, asns, serves }) => [
      id,
      prefixes.map((prefix) => prefix.text),
      asns,
      serves,
    ]),
    limits.map(({ id, mbps, softMbps, footprints: of }) => [id, mbps, softMbps, of]),
    reports,
  ]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
