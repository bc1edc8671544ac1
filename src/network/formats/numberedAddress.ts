// Addresses as whole numbers, as some tables and trees have them.
import { type Address, parseAddress } from "#network";

const IPV4_COUNT = 4_294_967_296;

/** IPv4 from its 32 bits. */
export const ipv4Text = (bits: number): string =>
  `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;

/** IPv6 from its 128 bits, all eight groups. */
export function ipv6Text(bits: bigint): string {
  const digits = bits.toString(16).padStart(32, "0");
  return (digits.match(/.{4}/g) as string[]).join(":");
}

/** The address of a decimal number; below 2³² it is IPv4, since nobody announces ::/96. Null above 128 bits. */
export function numberedAddress(decimal: string): Address | null {
  if (decimal.length > 39) return null;
  const number = Number(decimal);
  if (number < IPV4_COUNT) return parseAddress(ipv4Text(number));
  const bits = BigInt(decimal);
  return bits >> 128n === 0n ? parseAddress(ipv6Text(bits)) : null;
}
