// Source addresses of a network's viewers: one after the other, so that no address runs out of ports.
import { addressOf, parsePrefix, type Prefix } from "#network";

/** Addresses of a long prefix that are used: more than viewers of a crowd. */
const SIZE_LIMIT = 2 ** 24;

/** The usable addresses of a prefix, without the network's own, its gateway (the first) and IPv4's broadcast. */
export class AddressRange {
  readonly #prefix: Prefix;
  readonly #first: number;
  readonly size: number;

  /** `prefix` as `127.0.1.0/24` or `2001:db8:1::/64`; of those with fewer than eight addresses every one is used. */
  constructor(prefix: string) {
    const read = parsePrefix(prefix);
    if (!read) throw new TypeError(`bug: ${prefix} is no prefix`);
    this.#prefix = read;
    const whole = Math.min(SIZE_LIMIT, 2 ** ((read.family === 4 ? 32 : 128) - read.length));
    const reserved = whole >= 8;
    this.#first = reserved ? 2 : 0;
    this.size = reserved ? whole - 3 : whole;
  }

  /** The address of the network's viewer `index`; begins again after the last. */
  at(index: number): string {
    const host = this.#first + (index % this.size);
    const { family, w0, w1, w2, w3 } = this.#prefix;
    const words = family === 4 ? { w0: w0 + host, w1, w2, w3 } : { w0, w1, w2, w3: w3 + host };
    return addressOf(family, words).text;
  }
}
