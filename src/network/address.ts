// Addresses as numbers, and their texts (RFC 4291 2.2, RFC 5952 4).
import ipaddr from "ipaddr.js";
import { ADDRESS_LENGTH_LIMIT } from "./limits.ts";

export type Family = 4 | 6;

/** 128 bits from the left, as four signed words of 32, which V8 keeps without boxes; of IPv4 the first word is all. */
export interface Words {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
}

/** An address of one family. IPv4-mapped IPv6 addresses (RFC 4291 2.5.5.2) are IPv4 here. */
export interface Address extends Words {
  readonly family: Family;
  /** In canonical form. */
  readonly text: string;
}

/** Bits in an address. */
export const widthOf = (family: Family): number => (family === 4 ? 32 : 128);

class Numbered implements Address {
  readonly family: Family;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;

  constructor(family: Family, { w0, w1, w2, w3 }: Words) {
    this.family = family;
    this.w0 = w0 | 0;
    this.w1 = w1 | 0;
    this.w2 = w2 | 0;
    this.w3 = w3 | 0;
  }

  /** Put together when asked: few addresses are ever shown. */
  get text(): string {
    return textOf(this.family, this);
  }
}

/** The address of these bits. */
export const addressOf = (family: Family, words: Words): Address => new Numbered(family, words);

/** Canonical text of these bits. */
export function textOf(family: Family, { w0, w1, w2, w3 }: Words): string {
  const words = family === 4 ? [w0] : [w0, w1, w2, w3];
  const bytes = words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255));
  return ipaddr.fromByteArray(bytes).toString();
}

const ZERO = 48;
const DOT = 46;
const COLON = 58;

/** The 32 bits of four decimals without leading zeros, signed; null when `text` is anything else. */
function readIPv4(text: string): number | null {
  if (text.length < 7 || text.length > 15) return null;
  let bits = 0;
  let dots = 0;
  let part = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (part < 0 || dots === 3) return null;
      bits = (bits << 8) | part;
      dots += 1;
      part = -1;
    } else {
      const digit = code - ZERO;
      // A zero before digits could be meant as octal: nobody knows which host that is.
      if (digit < 0 || digit > 9 || part === 0) return null;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return null;
    }
  }
  return dots === 3 && part >= 0 ? (bits << 8) | part : null;
}

/** What a hexadecimal digit counts; -1 for any other character. */
function digitOf(code: number): number {
  if (code >= ZERO && code <= 57) return code - ZERO;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The group being read, of 16 bits; one is enough, for reading never waits. */
const groups = new Int32Array(8);

const joined = (at: number): number => ((groups[at] as number) << 16) | (groups[at + 1] as number);

/** The bits of an IPv6 address in hexadecimal groups; null for what is none and for the rarer forms. */
function readGroups(text: string): Words | null {
  const { length } = text;
  let count = 0;
  let gap = -1;
  let at = 0;
  groups.fill(0);
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return null;
    gap = 0;
    at = 2;
  }
  while (at < length) {
    const start = at;
    let group = 0;
    for (let digit; at < length && (digit = digitOf(text.charCodeAt(at))) >= 0; at += 1)
      group = (group << 4) | digit;
    if (at === start || at - start > 4 || count === 8) return null;
    groups[count++] = group;
    if (at === length) break;
    if (text.charCodeAt(at++) !== COLON || at === length) return null;
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return null;
      gap = count;
      at += 1;
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) return null;
  if (gap >= 0) {
    groups.copyWithin(8 - (count - gap), gap, count);
    groups.fill(0, gap, 8 - (count - gap));
  }
  return { w0: joined(0), w1: joined(2), w2: joined(4), w3: joined(6) };
}

/** As readGroups; what that leaves (an IPv4 tail, a zone) is read or refused by the library. */
function readIPv6(text: string): Words | null {
  const plain = readGroups(text);
  if (plain || !ipaddr.IPv6.isValid(text)) return plain;
  const { parts } = ipaddr.IPv6.parse(text);
  const word = (at: number): number => ((parts[at] ?? 0) << 16) | (parts[at + 1] ?? 0);
  return { w0: word(0), w1: word(2), w2: word(4), w3: word(6) };
}

/** The bits as written, before a mapped address counts as IPv4. */
export function readWords(text: string): { family: Family; words: Words } | null {
  const bits = readIPv4(text);
  if (bits !== null) return { family: 4, words: { w0: bits, w1: 0, w2: 0, w3: 0 } };
  if (text.length > ADDRESS_LENGTH_LIMIT) return null;
  const words = readIPv6(text);
  return words && { family: 6, words };
}

/** Whether an IPv6 address is IPv4-mapped: 80 zeros and 16 ones before the 32 bits. */
export const isMapped = ({ w0, w1, w2 }: Words): boolean => w0 === 0 && w1 === 0 && w2 === 0xffff;

/** The IPv4 bits of a mapped address. */
export const unmapped = ({ w3 }: Words): Words => ({ w0: w3, w1: 0, w2: 0, w3: 0 });

/** Reads an address; null when it is none. The short, octal and hexadecimal forms of IPv4 are none. */
export function parseAddress(text: string): Address | null {
  const read = readWords(text);
  if (!read) return null;
  const { family, words } = read;
  return family === 6 && isMapped(words) ? addressOf(4, unmapped(words)) : addressOf(family, words);
}
