// Whose an address is: the network by the longest of all prefixes claimed or tabled, its place, its footprints.
import { type Address, LongestPrefixTable, parsePrefix, prefixesOfRange } from "#network";
import type { Network, NetworkModel } from "#protocol";
import { type Claim, Claims, type Owner } from "./claims.ts";
import { type Cover, FootprintTable, type OwnedFootprint } from "./footprintTable.ts";
import { CLAIMS_LIMIT, HOMES_LIMIT, TABLE_PREFIXES_LIMIT } from "./limits.ts";
import type { Home } from "./path.ts";

/** A home found, and by which prefix; that is put together when somebody asks. */
export interface FoundHome {
  readonly home: Home;
  readonly prefix: () => string | null;
}

/** Addresses of one network in a table, both ends included. */
export interface AddressRange {
  readonly first: Address;
  readonly last: Address;
  readonly asn: number;
  readonly name: string;
}

/** Where a network's prefixes are; one object a network and place. */
interface Mark {
  readonly asn: number;
  readonly place: string;
}

/** The home of whom nobody claims. */
export const unknownHome: Home = { asn: null, name: "unknown", place: null, footprints: [] };

/** Networks are believed in the order in which they are listed, and before what is written of them. */
const MODEL_RANK = Infinity;

export class HomeTable {
  readonly claims = new Claims(CLAIMS_LIMIT);
  readonly #tables = new LongestPrefixTable<Owner>();
  readonly #marks = new LongestPrefixTable<Mark>();
  readonly footprints = new FootprintTable();
  readonly #owners = new Map<number, Owner>();
  readonly #written: ReadonlyMap<number, NetworkModel["networks"][number]>;
  readonly #told = new Map<string, { network: Network; footprint: string; refused: number }>();
  readonly #tableNames = new Map<number, string>();
  /** Which footprints claim a whole network. */
  #wholes: ReadonlyMap<number, readonly string[]> = new Map();
  /** By what was found, for speed; emptied at every change. */
  readonly #found = new Map<Owner, Map<Mark | null, Map<Cover | null, Home>>>();
  /** By what they say, so that a change elsewhere leaves a home the same object. */
  readonly #homes = new Map<string, Home>();
  readonly #rankOf: (source: string) => number;
  /** Rows of tables: prefixes beyond the limit, and prefixes that an earlier row gave to another network. */
  readonly tableCounts = { overLimit: 0, contradictions: 0 };

  /** `sources`: networks' URLs in the order of trust. */
  constructor(model: Pick<NetworkModel, "networks">, sources: readonly string[]) {
    this.#written = new Map(model.networks.map((network) => [network.asn, network]));
    this.#rankOf = (source) =>
      sources.includes(source) ? sources.indexOf(source) : sources.length;
    for (const network of model.networks) this.#write(network);
  }

  #write({ asn, prefixes }: NetworkModel["networks"][number]): void {
    const claims: Claim[] = [];
    const marks = new Map<string, Mark>();
    for (const { prefix: text, place } of prefixes) {
      const prefix = parsePrefix(text);
      if (!prefix) continue;
      claims.push({ prefix, owner: this.#owner(asn) });
      if (place === undefined) continue;
      const mark = marks.get(place) ?? { asn, place };
      marks.set(place, mark);
      this.#marks.set(prefix, mark);
    }
    this.claims.replace({ name: `AS${asn} in the model`, rank: MODEL_RANK }, claims);
  }

  /** Prefixes told now that are not used: no prefixes, told twice, or beyond the limit. */
  get refused(): number {
    const unreadable = [...this.#told.values()].reduce((sum, { refused }) => sum + refused, 0);
    return unreadable + this.claims.refused;
  }

  /** Takes what a network says of itself; true when homes may have changed. */
  learnNetwork(source: string, network: Network): boolean {
    const before = this.#told.get(source);
    const { asn, name, place } = network;
    const footprint = JSON.stringify([asn, name, place, network.prefixes]);
    if (before?.footprint === footprint) {
      this.#told.set(source, { ...before, network });
      return false;
    }
    const prefixes = network.prefixes
      .map((text) => parsePrefix(text))
      .filter((one) => one !== null);
    const refused = network.prefixes.length - prefixes.length;
    this.#told.set(source, { network, footprint, refused });
    const owner = this.#owner(asn);
    this.claims.replace(
      { name: source, rank: this.#rankOf(source) },
      prefixes.map((prefix) => ({ prefix, owner })),
    );
    this.#found.clear();
    return true;
  }

  /** Takes the footprints of all contracts. */
  learnFootprints(footprints: Iterable<OwnedFootprint>): void {
    const all = [...footprints];
    this.footprints.replace(all);
    const wholes = new Map<number, string[]>();
    for (const { id, asns } of all)
      for (const asn of asns) wholes.set(asn, [...(wholes.get(asn) ?? []), id]);
    this.#wholes = wholes;
    this.#found.clear();
  }

  /** Takes a row of a table. The first row that names a prefix has it. */
  takeRange({ first, last, asn, name }: AddressRange): void {
    const owner = this.#owner(asn);
    if (!this.#tableNames.has(asn)) this.#tableNames.set(asn, name);
    for (const prefix of prefixesOfRange(first, last)) {
      const { 4: four, 6: six } = this.#tables.size;
      if (four + six >= TABLE_PREFIXES_LIMIT) {
        this.tableCounts.overLimit += 1;
        continue;
      }
      const before = this.#tables.set(prefix, owner);
      if (before === null || before === owner) continue;
      this.#tables.set(prefix, before);
      this.tableCounts.contradictions += 1;
    }
  }

  /** Memory and prefixes of the tables. */
  get tables(): { prefixes: { 4: number; 6: number }; bytes: number } {
    return { prefixes: this.#tables.size, bytes: this.#tables.bytes };
  }

  /** The network that the tables alone name for an address. */
  tabled(address: Address): number | null {
    return this.#tables.find(address)?.value.asn ?? null;
  }

  homeOf(address: Address): FoundHome {
    const cover = this.footprints.find(address);
    const found = this.#ownerOf(address, cover);
    if (!found) return { home: unknownHome, prefix: () => null };
    const { value: owner, length } = found;
    const mark = this.#marks.find(address)?.value;
    // A mark inside another network's longer prefix says nothing of that network.
    const home = this.#homeAt(owner, mark?.asn === owner.asn ? mark : null, cover?.value ?? null);
    return { home, prefix: () => parsePrefix(`${address.text}/${length}`)?.text ?? null };
  }

  /** A contract says what may be served, not whose it is: it is believed on that where nobody else says anything. */
  #ownerOf(
    address: Address,
    cover: { value: Cover; length: number } | null,
  ): { value: Owner; length: number } | null {
    const claimed = this.claims.find(address);
    const tabled = this.#tables.find(address);
    if (claimed && claimed.length >= (tabled?.length ?? 0)) return claimed;
    return tabled ?? (cover && { value: this.#owner(cover.value.asn), length: cover.length });
  }

  #homeAt(owner: Owner, mark: Mark | null, cover: Cover | null): Home {
    const byMark = this.#found.get(owner) ?? new Map<Mark | null, Map<Cover | null, Home>>();
    const byCover = byMark.get(mark) ?? new Map<Cover | null, Home>();
    const known = byCover.get(cover);
    if (known) return known;
    const { asn } = owner;
    const wholes = this.#wholes.get(asn) ?? [];
    const footprints = [...new Set([...(cover?.ids ?? []), ...wholes])].sort();
    const place = mark?.place ?? this.placeOf(asn);
    const home = this.#kept({ asn, name: this.nameOf(asn) ?? `AS${asn}`, place, footprints });
    byCover.set(cover, home);
    byMark.set(mark, byCover);
    this.#found.set(owner, byMark);
    return home;
  }

  #kept(home: Home): Home {
    const key = JSON.stringify(home);
    const known = this.#homes.get(key);
    if (known) return known;
    if (this.#homes.size >= HOMES_LIMIT) {
      this.#homes.clear();
      this.#found.clear();
    }
    this.#homes.set(key, home);
    return home;
  }

  /** What the network says its name is, or what is written, or what the tables say. */
  nameOf(asn: number): string | null {
    const told = this.#toldBy(asn)?.name;
    return told || (this.#written.get(asn)?.name ?? this.#tableNames.get(asn) ?? null);
  }

  /** Where a network's viewers are when no prefix says so; null: not in one place, or not known. */
  placeOf(asn: number): string | null {
    return this.#toldBy(asn)?.place || (this.#written.get(asn)?.place ?? null);
  }

  #toldBy(asn: number): Network | undefined {
    for (const { network } of this.#told.values()) if (network.asn === asn) return network;
    return undefined;
  }

  /** Every place that a home can have, with the networks that have homes there. */
  places(): ReadonlyMap<string, ReadonlySet<number>> {
    const places = new Map<string, Set<number>>();
    const put = (place: string | null | undefined, asn: number): void => {
      if (!place) return;
      const networks = places.get(place) ?? new Set();
      places.set(place, networks.add(asn));
    };
    for (const { network } of this.#told.values()) put(network.place, network.asn);
    for (const { asn, prefixes } of this.#written.values()) {
      put(this.placeOf(asn), asn);
      for (const { place } of prefixes) put(place, asn);
    }
    return places;
  }

  #owner(asn: number): Owner {
    const known = this.#owners.get(asn);
    if (known) return known;
    const owner = { asn };
    this.#owners.set(asn, owner);
    return owner;
  }
}
