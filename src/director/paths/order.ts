// Prefixes in the order of their addresses, and which lies inside which.
import { covers, type Prefix, rangeOf } from "#network";

/** By first address; of equal ones the shorter first: what contains others comes before them. */
export const byAddress = (a: Prefix, b: Prefix): number =>
  a.family - b.family ||
  (a.w0 >>> 0) - (b.w0 >>> 0) ||
  (a.w1 >>> 0) - (b.w1 >>> 0) ||
  (a.w2 >>> 0) - (b.w2 >>> 0) ||
  (a.w3 >>> 0) - (b.w3 >>> 0) ||
  a.length - b.length;

/** Whether `outer` covers all of `inner`. */
export const contains = (outer: Prefix, inner: Prefix): boolean =>
  outer.length <= inner.length && covers(outer, rangeOf(inner).first);

/** Something with a prefix, and the longest other one that contains it. */
export interface Nested<Item> {
  readonly item: Item;
  readonly outer: Item | null;
}

/** Items of different prefixes in the order of addresses, each with what it lies in. */
export function* nest<Item extends { readonly prefix: Prefix }>(
  items: Iterable<Item>,
): Iterable<Nested<Item>> {
  const around: Item[] = [];
  for (const item of [...items].sort((a, b) => byAddress(a.prefix, b.prefix))) {
    for (
      let last = around.at(-1);
      last && !contains(last.prefix, item.prefix);
      last = around.at(-1)
    )
      around.pop();
    yield { item, outer: around.at(-1) ?? null };
    around.push(item);
  }
}

/** Two networks say that a prefix is theirs: equal ones, or one inside the other's. */
export interface Contradiction {
  readonly prefix: Prefix;
  /** Who has it. */
  readonly asn: number;
  /** Who has it not. */
  readonly over: number;
  /** The other's shorter prefix; null: they are equal. */
  readonly inside: Prefix | null;
}
