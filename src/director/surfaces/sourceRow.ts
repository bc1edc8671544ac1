// Which rows of the gate an address counts in: its prefix, /24 or /48, under a key that nobody outside knows, and its network.
import type { Address } from "#network";
import { NETWORK_ROWS, PREFIX_ROWS } from "./limits.ts";

/** The finishing steps of MurmurHash3 (Austin Appleby, public domain): every bit of the input moves every bit of the result. */
function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The row of an address's /24 (IPv4) or /48 (IPv6): what one household, or one small site, has. */
export function prefixRow({ family, w0, w1 }: Address, key: number): number {
  const bits = family === 4 ? mixed((w0 >>> 8) ^ key) : mixed(mixed(w0 ^ key) ^ (w1 >>> 16));
  return bits % PREFIX_ROWS;
}

/** The row of a network; all that is unknown is one network. */
export const networkRow = (asn: number | null): number =>
  asn === null ? 0 : 1 + (mixed(asn) % (NETWORK_ROWS - 1));
