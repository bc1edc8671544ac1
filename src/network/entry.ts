// What the quick tables say of a block of addresses, in one word: the longest prefix that they can tell and its value,
// and whether longer ones lie inside.
import { invariant } from "#base";

/** Below the sign a length in 6 bits, counted from where the table begins, then a value and one, in 25; 0: no prefix. */
const VALUE_BITS = 25;
const VALUE_MASK = (1 << VALUE_BITS) - 1;
const LENGTH_MASK = 63;

/** The sign: prefixes longer than an entry tells lie in the block. An entry above zero thus holds the answer. */
export const DEEPER = 1 << 31;

/** The length of the prefix of an entry. */
export const lengthIn = (entry: number): number => (entry >>> VALUE_BITS) & LENGTH_MASK;

/** The value of an entry's prefix. */
export const valueIn = (entry: number): number => (entry & VALUE_MASK) - 1;

/** The entry of a prefix. Values are dense and fewer than a `Map` holds (2^24), so that each has its place in 25 bits. */
export function entryOf(length: number, value: number): number {
  invariant(value < VALUE_MASK, "a value fits an entry");
  return (length << VALUE_BITS) | (value + 1);
}
