// Who is where, as the carriers told it last. Soft state: a new director learns it anew within a second.
import { elapsed, type MonoMs } from "#base";
import type { Exchange, Network } from "#protocol";
import { PREFIX_LIMIT, STALE_AFTER_MS } from "./limits.ts";
import { type Address, parsePrefix, PrefixTable } from "#network";

/** An edge as it was declared: at an exchange, in a network, or (neither) somewhere on the internet. */
export interface EdgeDeclaration {
  readonly id: string;
  /** Its base address, which viewers behind a gateway reach under the gateway's host and the same port. */
  readonly url: string;
  /** The id of the exchange that it stands at. */
  readonly at?: string | undefined;
  /** The number of the network that it stands in. */
  readonly in?: number | undefined;
  /** What it can send, Mb/s. */
  readonly capacityMbps: number;
}

/** A carrier's last word and when it came. */
export interface Told<Message> {
  readonly message: Message;
  readonly at: MonoMs;
}

/** Whether a carrier's last word is older than {@link STALE_AFTER_MS}. It stands all the same. */
export const isStale = (told: { readonly at: MonoMs }, now: MonoMs): boolean =>
  elapsed(told.at, now) > STALE_AFTER_MS;

export type Port = Exchange["members"][number]["port"];

/** The network that covers an address, and by which of its prefixes. */
export interface Home {
  readonly prefix: string;
  readonly network: Told<Network>;
}

/** Edges as declared, exchanges and networks as told. */
export class Topology {
  readonly edges: readonly EdgeDeclaration[];
  readonly #exchanges = new Map<string, Told<Exchange> & { ports: ReadonlyMap<number, Port> }>();
  readonly #networks = new Map<string, Told<Network> & { footprint: string }>();
  #prefixes = new PrefixTable<string>();
  #refused = 0;

  constructor(edges: readonly EdgeDeclaration[]) {
    this.edges = edges;
  }

  /** Takes what the exchange at `source` (its URL) tells; it replaces what that source told before. */
  learnExchange(source: string, message: Exchange, at: MonoMs): void {
    const ports = new Map(message.members.map((member) => [member.asn, member.port]));
    this.#exchanges.set(source, { message, at, ports });
  }

  /** Takes what the network at `source` (its URL) tells; it replaces what that source told before. */
  learnNetwork(source: string, message: Network, at: MonoMs): void {
    const before = this.#networks.get(source)?.footprint;
    const footprint = message.prefixes.join(" ");
    this.#networks.set(source, { message, at, footprint });
    if (footprint !== before) this.#index();
  }

  #index(): void {
    this.#prefixes = new PrefixTable();
    this.#refused = 0;
    for (const [source, told] of this.#networks) {
      for (const text of told.message.prefixes) {
        const prefix = this.#prefixes.size < PREFIX_LIMIT ? parsePrefix(text) : null;
        if (!prefix || !this.#prefixes.add(prefix, source)) this.#refused += 1;
      }
    }
  }

  /** Prefixes told now that are not used: not a prefix, announced by another network already, or beyond the limit. */
  get refusedPrefixes(): number {
    return this.#refused;
  }

  /** The places that networks announce; a cohort each. */
  get places(): ReadonlySet<string> {
    return new Set([...this.#networks.values()].map(({ message }) => message.place));
  }

  /** The edges inside networks of a place and at exchanges that these are at; all, when none is as near. */
  edgesNear(place: string): readonly EdgeDeclaration[] {
    const networks = [...this.#networks.values()]
      .filter(({ message }) => message.place === place)
      .map(({ message }) => message.asn);
    const near = this.edges.filter(
      (edge) =>
        (edge.in !== undefined && networks.includes(edge.in)) ||
        (edge.at !== undefined &&
          networks.some((asn) => this.portOf(edge.at as string, asn) !== null)),
    );
    return near.length > 0 ? near : this.edges;
  }

  /** What the carrier at `source` told last; null before it told anything. */
  told(source: string): Told<Exchange | Network> | null {
    return this.#exchanges.get(source) ?? this.#networks.get(source) ?? null;
  }

  /** The network of an address, by longest prefix. */
  homeOf(address: Address): Home | null {
    const found = this.#prefixes.find(address);
    const network = found && this.#networks.get(found.value);
    return found && network ? { prefix: found.prefix.text, network } : null;
  }

  /** The port of the network `asn` at the exchange `id`; null when it is not a member there. */
  portOf(id: string, asn: number): Port | null {
    for (const { message, ports } of this.#exchanges.values()) {
      if (message.id === id) return ports.get(asn) ?? null;
    }
    return null;
  }
}
