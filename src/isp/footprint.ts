// The addresses of an access network: its gateway, and which household a client is.
import { fingerprint } from "#base";
import ipaddr from "ipaddr.js";
import { ispErrors } from "./errors.ts";
import { FIRST_HOUSEHOLD, LAST_HOUSEHOLD, PREFIX_LENGTH_LIMIT } from "./limits.ts";

interface Range {
  /** The network address as a number, host bits zero. */
  readonly base: number;
  readonly length: number;
}

const sizeOf = ({ length }: Range): number => 2 ** (32 - length);

const numberOf = (address: ipaddr.IPv4): number =>
  address.toByteArray().reduce((sum, byte) => sum * 256 + byte, 0);

const textOf = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

function read(prefix: string): Range {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(prefix)) {
    throw ispErrors.make("bad-prefix", { prefix, problem: "it is not an IPv4 prefix" });
  }
  const [address, length] = ipaddr.IPv4.parseCIDR(prefix);
  const size = 2 ** (32 - length);
  return { base: Math.floor(numberOf(address) / size) * size, length };
}

const encoder = new TextEncoder();

/** An access network's addresses, from its prefixes. Throws `isp/bad-prefix`. */
export class Footprint {
  /** The prefixes as they were given. */
  readonly prefixes: readonly string[];
  /** Where the network's households find everything outside: the first address of the first prefix. */
  readonly gateway: string;
  readonly #ranges: readonly Range[];
  readonly #first: Range;

  constructor(prefixes: readonly string[]) {
    const ranges = prefixes.map(read);
    const [first] = ranges;
    if (!first || first.length > PREFIX_LENGTH_LIMIT) {
      const problem = first ? "it is too small for a gateway and households" : "there is none";
      throw ispErrors.make("bad-prefix", { prefix: prefixes[0] ?? "", problem });
    }
    this.prefixes = prefixes;
    this.#ranges = ranges;
    this.#first = first;
    this.gateway = textOf(first.base + 1);
  }

  /** Whether an address lies in one of the prefixes. */
  covers(address: string): boolean {
    const number = toNumber(address);
    return (
      number !== null &&
      this.#ranges.some((range) => number >= range.base && number < range.base + sizeOf(range))
    );
  }

  /**
   * The subscriber's address that a client has in this network: its own when that lies in a prefix, else a household of
   * the first prefix, always the same one for the same client.
   */
  subscriberOf(client: string): string {
    const own = toNumber(client);
    if (own !== null && this.covers(client)) return textOf(own);
    const last = Math.min(LAST_HOUSEHOLD, sizeOf(this.#first) - 2);
    const first = Math.min(FIRST_HOUSEHOLD, last);
    const hash = Number.parseInt(fingerprint(encoder.encode(client)), 16);
    return textOf(this.#first.base + first + (hash % (last - first + 1)));
  }
}

/** An IPv4 address as a number, also as a dual-stack socket tells it; null for any other. */
function toNumber(address: string): number | null {
  const plain = address.replace(/^::ffff:/i, "");
  return ipaddr.IPv4.isValidFourPartDecimal(plain) ? numberOf(ipaddr.IPv4.parse(plain)) : null;
}
