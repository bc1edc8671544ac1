// Prefixes (RFC 4632 3.1, RFC 4291 2.3), and the fewest that make up a range of addresses.
import {
  type Address,
  addressOf,
  type Family,
  isMapped,
  readWords,
  textOf,
  unmapped,
  widthOf,
  type Words,
} from "./address.ts";

/** All addresses of a family that agree in their first `length` bits; the bits beyond are zero. */
export interface Prefix extends Words {
  readonly family: Family;
  readonly length: number;
  /** In canonical form, such as `127.0.1.0/24`. */
  readonly text: string;
}

class Numbered implements Prefix {
  readonly family: Family;
  readonly length: number;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;

  constructor(family: Family, length: number, { w0, w1, w2, w3 }: Words) {
    this.family = family;
    this.length = length;
    this.w0 = w0 & ~hostBits(length, 0);
    this.w1 = w1 & ~hostBits(length, 1);
    this.w2 = w2 & ~hostBits(length, 2);
    this.w3 = w3 & ~hostBits(length, 3);
  }

  get text(): string {
    return `${textOf(this.family, this)}/${this.length}`;
  }
}

/** Ones where word `index` lies beyond the first `length` bits. */
function hostBits(length: number, index: number): number {
  const kept = length - 32 * index;
  if (kept >= 32) return 0;
  return kept <= 0 ? -1 : -1 >>> kept;
}

/** The prefix of `length` bits that covers these bits. */
export const prefixOf = (family: Family, length: number, words: Words): Prefix =>
  new Numbered(family, length, words);

/** Reads `address/length`, bits beyond the length put to zero; null when it is none. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf("/");
  const tail = text.slice(slash + 1);
  if (slash < 0 || !/^\d{1,3}$/.test(tail)) return null;
  const read = readWords(text.slice(0, slash));
  const length = Number(tail);
  if (!read || length > widthOf(read.family)) return null;
  return read.family === 6 && length >= 96 && isMapped(read.words)
    ? prefixOf(4, length - 96, unmapped(read.words))
    : prefixOf(read.family, length, read.words);
}

/** Whether `prefix` covers `address`. */
export const covers = (prefix: Prefix, address: Address): boolean =>
  prefix.family === address.family &&
  ((prefix.w0 ^ address.w0) & ~hostBits(prefix.length, 0)) === 0 &&
  ((prefix.w1 ^ address.w1) & ~hostBits(prefix.length, 1)) === 0 &&
  ((prefix.w2 ^ address.w2) & ~hostBits(prefix.length, 2)) === 0 &&
  ((prefix.w3 ^ address.w3) & ~hostBits(prefix.length, 3)) === 0;

/** The last address of a prefix. */
function lastOf(prefix: Prefix): Words {
  if (prefix.family === 4)
    return { w0: prefix.w0 | hostBits(prefix.length, 0), w1: 0, w2: 0, w3: 0 };
  return {
    w0: prefix.w0 | hostBits(prefix.length, 0),
    w1: prefix.w1 | hostBits(prefix.length, 1),
    w2: prefix.w2 | hostBits(prefix.length, 2),
    w3: prefix.w3 | hostBits(prefix.length, 3),
  };
}

/** Below, at or above zero as `a` lies before, at or behind `b` of its family. */
export function orderOf(a: Words, b: Words): number {
  return (
    (a.w0 >>> 0) - (b.w0 >>> 0) ||
    (a.w1 >>> 0) - (b.w1 >>> 0) ||
    (a.w2 >>> 0) - (b.w2 >>> 0) ||
    (a.w3 >>> 0) - (b.w3 >>> 0)
  );
}

/** The bits after these; of the last of all, the first. */
function next(family: Family, { w0, w1, w2, w3 }: Words): Words {
  if (family === 4) return { w0: (w0 + 1) | 0, w1, w2, w3 };
  const last = (w3 + 1) | 0;
  const third = (w2 + (last === 0 ? 1 : 0)) | 0;
  const carry = last === 0 && third === 0;
  const second = (w1 + (carry ? 1 : 0)) | 0;
  return { w0: (w0 + (carry && second === 0 ? 1 : 0)) | 0, w1: second, w2: third, w3: last };
}

/** The shortest prefix that begins at these bits: so many bits until only zeros follow. */
function shortestAt(family: Family, words: Words): number {
  const all = [words.w0, words.w1, words.w2, words.w3].slice(0, widthOf(family) / 32);
  const at = all.findLastIndex((word) => word !== 0);
  if (at < 0) return 0;
  const lowest = (all[at] ?? 0) & -(all[at] ?? 0);
  return 32 * at + Math.clz32(lowest) + 1;
}

/**
 * The fewest prefixes that cover the addresses from `first` to `last`, both included, and no other; in order.
 * None when `last` lies before `first` or the families differ.
 */
export function prefixesOfRange(first: Address, last: Address): Prefix[] {
  const { family } = first;
  const prefixes: Prefix[] = [];
  if (family !== last.family || orderOf(first, last) > 0) return prefixes;
  let from: Words = first;
  for (;;) {
    let prefix = prefixOf(family, shortestAt(family, from), from);
    while (orderOf(lastOf(prefix), last) > 0) prefix = prefixOf(family, prefix.length + 1, from);
    prefixes.push(prefix);
    const end = lastOf(prefix);
    if (orderOf(end, last) === 0) return prefixes;
    from = next(family, end);
  }
}

/** First and last address of a prefix. */
export const rangeOf = (prefix: Prefix): { first: Address; last: Address } => ({
  first: addressOf(prefix.family, prefix),
  last: addressOf(prefix.family, lastOf(prefix)),
});
