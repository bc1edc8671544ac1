// What tables are asked: addresses drawn from all prefixes alike, so that most answers are in no cache.
import { chanceOf } from "#base";
import { addressIn } from "../world/audience.ts";
import type { Entry, PrefixList, Questions } from "./prefixList.ts";

/** `count` addresses inside prefixes of the list; `texts` of them as text too. */
export function questionsOf(
  { entries }: PrefixList,
  { count, texts, seed }: { count: number; texts: number; seed: number },
): Questions {
  const chance = chanceOf(seed);
  const words = new Int32Array(4 * count);
  const written: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const { prefix } = entries[Math.floor(chance() * entries.length)] as Entry;
    const address = addressIn(prefix, chance);
    words.set([address.w0, address.w1, address.w2, address.w3], 4 * at);
    if (at < texts) written.push(address.text);
  }
  return { words, texts: written };
}
