// Addresses to values by longest prefix (RFC 4632 5.1), for IPv4 and IPv6.
import ipaddr from "ipaddr.js";
import { ADDRESS_LENGTH_LIMIT } from "./limits.ts";

/** An address as a number in its family. IPv4-mapped IPv6 addresses (RFC 4291 2.5.5.2) are IPv4 here. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
  /** In canonical form. */
  readonly text: string;
}

/** All addresses of a family that agree in their first `length` bits. */
export interface Prefix {
  readonly family: 4 | 6;
  /** The bits beyond `length` are zero. */
  readonly bits: bigint;
  readonly length: number;
  /** In canonical form, such as `127.0.1.0/24`. */
  readonly text: string;
}

type Parsed = ipaddr.IPv4 | ipaddr.IPv6;

const bitsOf = (address: Parsed): bigint =>
  address.toByteArray().reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);
const masked = (bits: bigint, family: 4 | 6, length: number): bigint => {
  const rest = BigInt(widthOf(family) - length);
  return (bits >> rest) << rest;
};

function parsed(text: string): Parsed | null {
  if (text.length > ADDRESS_LENGTH_LIMIT) return null;
  // The short, octal and hexadecimal forms of IPv4 mean different hosts to different readers: only four decimals pass.
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
}

/** Reads an address; null when it is none. */
export function parseAddress(text: string): Address | null {
  const found = parsed(text);
  if (!found) return null;
  const plain =
    found instanceof ipaddr.IPv6 && found.isIPv4MappedAddress() ? found.toIPv4Address() : found;
  return { family: plain.kind() === "ipv4" ? 4 : 6, bits: bitsOf(plain), text: plain.toString() };
}

/** Reads `address/length`, bits beyond the length put to zero; null when it is none. */
export function parsePrefix(text: string): Prefix | null {
  const [head, tail, ...more] = text.split("/");
  if (more.length > 0 || head === undefined || tail === undefined || !/^\d{1,3}$/.test(tail))
    return null;
  const found = parsed(head);
  if (!found) return null;
  const mapped = found instanceof ipaddr.IPv6 && found.isIPv4MappedAddress() && Number(tail) >= 96;
  const base = mapped ? found.toIPv4Address() : found;
  const family = base.kind() === "ipv4" ? 4 : 6;
  const length = mapped ? Number(tail) - 96 : Number(tail);
  if (length > widthOf(family)) return null;
  const bits = masked(bitsOf(base), family, length);
  return { family, bits, length, text: `${textOf(bits, family)}/${length}` };
}

function textOf(bits: bigint, family: 4 | 6): string {
  const bytes: number[] = [];
  for (let at = widthOf(family) - 8; at >= 0; at -= 8)
    bytes.push(Number((bits >> BigInt(at)) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}

interface Found<Value> {
  readonly prefix: Prefix;
  readonly value: Value;
}

/** Whether `prefix` covers `address`. */
export const covers = (prefix: Prefix, address: Address): boolean =>
  prefix.family === address.family &&
  masked(address.bits, address.family, prefix.length) === prefix.bits;

/** Values by prefix; the longest that covers an address wins. One map a prefix length, asked from the longest down. */
export class PrefixTable<Value> {
  readonly #maps = {
    4: new Map<number, Map<bigint, Found<Value>>>(),
    6: new Map<number, Map<bigint, Found<Value>>>(),
  };
  readonly #lengths: Record<4 | 6, number[]> = { 4: [], 6: [] };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** False, and no change, when the same prefix is held already: the first to announce it keeps it. */
  add(prefix: Prefix, value: Value): boolean {
    const maps = this.#maps[prefix.family];
    let map = maps.get(prefix.length);
    if (!map) {
      map = new Map();
      maps.set(prefix.length, map);
      this.#lengths[prefix.family] = [...maps.keys()].sort((a, b) => b - a);
    }
    if (map.has(prefix.bits)) return false;
    map.set(prefix.bits, { prefix, value });
    this.#size += 1;
    return true;
  }

  find(address: Address): Found<Value> | null {
    for (const length of this.#lengths[address.family]) {
      const found = this.#maps[address.family]
        .get(length)
        ?.get(masked(address.bits, address.family, length));
      if (found) return found;
    }
    return null;
  }
}
