// Comparator: one map a prefix length, asked from the longest down; its keys are numbers for IPv4, bigints for IPv6.
import { weighed } from "./memory.ts";
import type { Contender, PrefixList } from "./prefixList.ts";

type Key = number | bigint;

export class LengthMaps implements Contender {
  readonly name = "one map a length";
  readonly bytes: number;
  readonly #maps: readonly { length: number; map: Map<Key, number> }[];
  readonly #family: 4 | 6;

  constructor(list: PrefixList) {
    this.#family = list.family;
    const { built, bytes } = weighed(() => this.#mapsOf(list));
    this.#maps = built;
    this.bytes = bytes;
  }

  #mapsOf({ entries }: PrefixList): { length: number; map: Map<Key, number> }[] {
    const maps = new Map<number, Map<Key, number>>();
    for (const { prefix, value } of entries) {
      const map = maps.get(prefix.length) ?? new Map<Key, number>();
      maps.set(prefix.length, map);
      map.set(this.#key(prefix.length, [prefix.w0, prefix.w1, prefix.w2, prefix.w3]), value);
    }
    return [...maps].map(([length, map]) => ({ length, map })).sort((a, b) => b.length - a.length);
  }

  #key(length: number, [w0, w1, w2, w3]: readonly [number, number, number, number]): Key {
    if (this.#family === 4) return length === 0 ? 0 : w0 >>> (32 - length);
    return whole(w0, w1, w2, w3) >> BigInt(128 - length);
  }

  /** The value of the longest prefix; -1: none. */
  find(w0: number, w1: number, w2: number, w3: number): number {
    const bits = this.#family === 4 ? 0n : whole(w0, w1, w2, w3);
    for (const { length, map } of this.#maps) {
      const key =
        this.#family === 6 ? bits >> BigInt(128 - length) : length === 0 ? 0 : w0 >>> (32 - length);
      const value = map.get(key);
      if (value !== undefined) return value;
    }
    return -1;
  }

  covered(words: Int32Array): number {
    let covered = 0;
    for (let at = 0; at < words.length; at += 4) {
      const value = this.find(
        words[at] as number,
        words[at + 1] as number,
        words[at + 2] as number,
        words[at + 3] as number,
      );
      if (value >= 0) covered += 1;
    }
    return covered;
  }
}

const whole = (w0: number, w1: number, w2: number, w3: number): bigint =>
  (BigInt(w0 >>> 0) << 96n) |
  (BigInt(w1 >>> 0) << 64n) |
  (BigInt(w2 >>> 0) << 32n) |
  BigInt(w3 >>> 0);
