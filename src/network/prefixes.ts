// Addresses to values by longest prefix, the first to announce a prefix keeping it.
import type { Address } from "./address.ts";
import { LongestPrefixTable } from "./longestPrefix.ts";
import type { Prefix } from "./prefix.ts";

interface Found<Value> {
  readonly prefix: Prefix;
  readonly value: Value;
}

export class PrefixTable<Value> {
  readonly #table = new LongestPrefixTable<Found<Value>>();

  get size(): number {
    return this.#table.size[4] + this.#table.size[6];
  }

  /** False, and no change, when the same prefix is held already: the first to announce it keeps it. */
  add(prefix: Prefix, value: Value): boolean {
    const before = this.#table.set(prefix, { prefix, value });
    if (before) this.#table.set(prefix, before);
    return before === null;
  }

  find(address: Address): Found<Value> | null {
    return this.#table.find(address)?.value ?? null;
  }
}
