// Values by prefix: the longest that covers an address wins (RFC 4632 5.1).
import type { Address } from "./address.ts";
import { Interned } from "./interned.ts";
import { IPv4Table } from "./ipv4Table.ts";
import { IPv6Table } from "./ipv6Table.ts";
import { DIRECT_FROM_PREFIXES } from "./limits.ts";
import type { Prefix } from "./prefix.ts";

/**
 * A mutable table of prefixes of both families. Each change is whole between two lookups and touches the nodes on the
 * prefix's own way alone, of IPv4 also the entries of its own blocks. Values are kept once each, by identity: few objects, many prefixes.
 */
export class LongestPrefixTable<Value> {
  readonly #four: IPv4Table;
  readonly #six = new IPv6Table();
  readonly #values = new Interned<Value>();

  /** `directFrom`: IPv4 prefixes inside one /8 that make it pay for quick lookups with 256 KiB. */
  constructor({ directFrom = DIRECT_FROM_PREFIXES }: { directFrom?: number } = {}) {
    this.#four = new IPv4Table(directFrom);
  }

  /** Prefixes held, by family. */
  get size(): { 4: number; 6: number } {
    return { 4: this.#four.size, 6: this.#six.size };
  }

  /** Memory of the table itself, bytes; the values' own is the caller's. */
  get bytes(): number {
    return this.#four.bytes + this.#six.bytes;
  }

  /** Gives a prefix its value; what that replaces, or null. */
  set(prefix: Prefix, value: Value): Value | null {
    const table = prefix.family === 4 ? this.#four : this.#six;
    const before = table.set(prefix, prefix.length, this.#values.hold(value));
    return before < 0 ? null : this.#values.release(before);
  }

  /** Takes a prefix away: what it covered falls to the next shorter one. False when it is not held. */
  remove(prefix: Prefix): boolean {
    const table = prefix.family === 4 ? this.#four : this.#six;
    const before = table.remove(prefix, prefix.length);
    if (before >= 0) this.#values.release(before);
    return before >= 0;
  }

  /** The value of the longest prefix that covers the address, and that prefix's length; null: none does. */
  find({ family, w0, w1, w2, w3 }: Address): { value: Value; length: number } | null {
    const isFour = family === 4;
    const index = isFour ? this.#four.find(w0) : this.#six.find(w0, w1, w2, w3);
    if (index < 0) return null;
    const { foundLength: length } = isFour ? this.#four : this.#six;
    return { value: this.#values.at(index), length };
  }

  /** As `find`, for 32 bits: the index of the value for {@link valueAt}, or -1. Allocates nothing. */
  findIPv4(bits: number): number {
    return this.#four.find(bits);
  }

  /** As `find`, for 128 bits, the first word leftmost: the index of the value for {@link valueAt}, or -1. Allocates nothing. */
  findIPv6(w0: number, w1: number, w2: number, w3: number): number {
    return this.#six.find(w0, w1, w2, w3);
  }

  /** The value at an index found, as long as the table is not changed. */
  valueAt(index: number): Value {
    return this.#values.at(index);
  }
}
