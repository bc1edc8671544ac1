// The addresses of an access network: its gateway, and which household a client is.
import { fingerprint } from "#base";
import { addressOf, covers, parseAddress, parsePrefix, type Prefix } from "#network";
import { ispErrors } from "./errors.ts";
import { FIRST_HOUSEHOLD, LAST_HOUSEHOLD, PREFIX_LENGTH_LIMIT } from "./limits.ts";

const encoder = new TextEncoder();

/** An access network's addresses, from its prefixes of both families. Throws `isp/bad-prefix`. */
export class Footprint {
  /** The prefixes as they were given. */
  readonly prefixes: readonly string[];
  /** Where the network's households find everything outside: the first address of the first IPv4 prefix. */
  readonly gateway: string;
  readonly #ranges: readonly Prefix[];
  readonly #homes: Prefix;

  constructor(prefixes: readonly string[]) {
    this.prefixes = prefixes;
    this.#ranges = prefixes.map(read);
    this.#homes = homesIn(this.#ranges);
    this.gateway = hostOf(this.#homes, 1);
  }

  /** Whether an address lies in one of the prefixes. */
  covers(address: string): boolean {
    return this.#ownOf(address) !== null;
  }

  /**
   * The subscriber's address that a client has in this network: its own when that lies in a prefix, else a household of
   * the first IPv4 prefix, always the same one for the same client.
   */
  subscriberOf(client: string): string {
    const own = this.#ownOf(client);
    if (own !== null) return own;
    const last = Math.min(LAST_HOUSEHOLD, 2 ** (32 - this.#homes.length) - 2);
    const first = Math.min(FIRST_HOUSEHOLD, last);
    const hash = Number.parseInt(fingerprint(encoder.encode(client)), 16);
    return hostOf(this.#homes, first + (hash % (last - first + 1)));
  }

  /** The address in canonical form, also when a dual-stack socket tells it; null when it is not the network's. */
  #ownOf(client: string): string | null {
    const address = parseAddress(client);
    return address && this.#ranges.some((range) => covers(range, address)) ? address.text : null;
  }
}

function read(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix) return prefix;
  throw ispErrors.make("bad-prefix", { prefix: text, problem: "it is no prefix" });
}

function homesIn(ranges: readonly Prefix[]): Prefix {
  const homes = ranges.find(({ family }) => family === 4);
  if (homes && homes.length <= PREFIX_LENGTH_LIMIT) return homes;
  const problem = homes
    ? "it is too small for a gateway and households"
    : "no IPv4 prefix is among them, and households are numbered in one";
  throw ispErrors.make("bad-prefix", { prefix: (homes ?? ranges[0])?.text ?? "", problem });
}

/** The address number `host` of an IPv4 prefix. */
const hostOf = ({ w0 }: Prefix, host: number): string =>
  addressOf(4, { w0: w0 + host, w1: 0, w2: 0, w3: 0 }).text;
