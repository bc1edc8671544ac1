// Which footprints of contracts cover an address (RFC 8008 5). Of two networks the longer prefix has it.
import { type Address, LongestPrefixTable, type Prefix } from "#network";
import { type Contradiction, nest } from "./order.ts";

/** What covers an address: the footprints of one network, sorted. The same answer is the same object. */
export interface Cover {
  readonly asn: number;
  readonly ids: readonly string[];
}

/** A footprint's prefixes, as a contract has them. */
export interface OwnedFootprint {
  readonly id: string;
  readonly asn: number;
  readonly prefixes: readonly Prefix[];
  /** Whole networks that it names. */
  readonly asns: readonly number[];
}

/** One prefix with the network that has it, its footprints there, and networks that wanted it too. */
interface Entry {
  readonly prefix: Prefix;
  readonly asn: number;
  readonly ids: Set<string>;
  readonly losers: Set<number>;
}

interface Held {
  readonly prefix: Prefix;
  readonly cover: Cover;
}

/** Each prefix holds its own footprints and those of its network's shorter ones around it: one look finds all. */
export class FootprintTable {
  readonly #table = new LongestPrefixTable<Cover>();
  #covers = new Map<string, Cover>();
  #held = new Map<string, Held>();
  #contradictions: readonly Contradiction[] = [];

  /** Footprints of different networks that overlap, as they were taken last. */
  get contradictions(): readonly Contradiction[] {
    return this.#contradictions;
  }

  find(address: Address): { value: Cover; length: number } | null {
    return this.#table.find(address);
  }

  /** Takes what all contracts say now, the more trusted first; only what differs is changed. */
  replace(footprints: Iterable<OwnedFootprint>): void {
    const covers = new Map<string, Cover>();
    const next = new Map<string, Held>();
    const contradictions: Contradiction[] = [];
    for (const { item, outer } of nest(entriesOf(footprints))) {
      const { prefix, asn, ids, losers } = item;
      for (const over of losers) contradictions.push({ prefix, asn, over, inside: null });
      // The outer one comes first, so that it has taken over by now what lies around it.
      if (outer?.asn === asn) for (const id of outer.ids) ids.add(id);
      else if (outer) contradictions.push({ prefix, asn, over: outer.asn, inside: outer.prefix });
      const sorted = [...ids].sort();
      const key = JSON.stringify([asn, sorted]);
      const cover = covers.get(key) ?? this.#covers.get(key) ?? { asn, ids: sorted };
      covers.set(key, cover);
      next.set(prefix.text, { prefix, cover });
    }
    for (const [text, { prefix }] of this.#held) if (!next.has(text)) this.#table.remove(prefix);
    for (const [text, { prefix, cover }] of next)
      if (this.#held.get(text)?.cover !== cover) this.#table.set(prefix, cover);
    this.#held = next;
    this.#covers = covers;
    this.#contradictions = contradictions;
  }
}

function entriesOf(footprints: Iterable<OwnedFootprint>): Iterable<Entry> {
  const entries = new Map<string, Entry>();
  for (const { id, asn, prefixes } of footprints) {
    for (const prefix of prefixes) {
      const known = entries.get(prefix.text);
      const entry = known ?? { prefix, asn, ids: new Set<string>(), losers: new Set<number>() };
      if (entry.asn === asn) entry.ids.add(id);
      else entry.losers.add(asn);
      entries.set(prefix.text, entry);
    }
  }
  return entries.values();
}
