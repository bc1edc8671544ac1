// What tables are asked: addresses drawn from all prefixes alike, so that most answers are in no cache.
import { chanceOf } from "#base";
import { addressOf } from "#network";
import type { PrefixList, Questions } from "./prefixList.ts";

/** `count` addresses inside prefixes of the list; `texts` of them as text too. */
export function questionsOf(
  { family, entries }: PrefixList,
  { count, texts, seed }: { count: number; texts: number; seed: number },
): Questions {
  const chance = chanceOf(seed);
  const words = new Int32Array(4 * count);
  const written: string[] = [];
  const inside = (word: number, length: number): number =>
    length >= 32 ? word : word | (Math.floor(chance() * 2 ** 32) & (-1 >>> Math.max(0, length)));
  for (let at = 0; at < count; at += 1) {
    const { prefix } = entries[Math.floor(chance() * entries.length)] as (typeof entries)[number];
    const { w0, w1, w2, w3, length } = prefix;
    words[4 * at] = inside(w0, length);
    if (family === 6) {
      words[4 * at + 1] = inside(w1, length - 32);
      words[4 * at + 2] = inside(w2, length - 64);
      words[4 * at + 3] = inside(w3, length - 96);
    }
    if (at < texts) {
      const [a, b, c, d] = words.subarray(4 * at, 4 * at + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      written.push(addressOf(family, { w0: a, w1: b, w2: c, w3: d }).text);
    }
  }
  return { words, texts: written };
}
