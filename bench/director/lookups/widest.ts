// The changes that write most: short prefixes, and the one by which a /8 becomes crowded.
import { systemClock } from "#base/clock";
import { LongestPrefixTable, type Prefix, prefixOf } from "#network";
import { type Row, row } from "../../result.ts";

const ROUNDS = 21;
/** A /8 that the tables announce prefixes of. */
const HEAD = 23;
const LENGTHS = [0, 8] as const;
/** All prefixes of these lengths inside one /8 are 255, one less than make it crowded. */
const NESTED = { from: 8, to: 15 } as const;

const ipv4 = (bits: number, length: number): Prefix =>
  prefixOf(4, length, { w0: bits, w1: 0, w2: 0, w3: 0 });

const took = (change: () => void): number => {
  const start = systemClock.monotonic();
  change();
  return 1_000 * (systemClock.monotonic() - start);
};

const whole = (name: string, times: readonly number[]): Row => ({
  ...row(name, "µs", times),
  min: Math.min(...times),
  max: Math.max(...times),
});

/** How long a /0 and a /8 take to come and to go in a full IPv4 table, and the prefix that makes a /8 crowded. */
export function widestChanges(title: string, table: LongestPrefixTable<number>): Row[] {
  const shorts = LENGTHS.map((length) => {
    const prefix = ipv4(length === 0 ? 0 : HEAD << 24, length);
    const times = Array.from({ length: ROUNDS }, () => [
      took(() => table.set(prefix, 1)),
      took(() => table.remove(prefix)),
    ]).flat();
    return whole(`${title}, a /${length} comes or goes`, times);
  });
  const crowded = crowdedTimes();
  return [...shorts, whole(`${title}, a /8 becomes crowded`, crowded)];
}

/** One table of which /8 after /8 becomes crowded, by prefixes that cover all of it as often as they can. */
function crowdedTimes(): number[] {
  const table = new LongestPrefixTable<number>();
  return Array.from({ length: ROUNDS }, (_, round) => {
    const head = (1 + round) << 24;
    for (let { from: length } = NESTED; length <= NESTED.to; length += 1)
      for (let at = 0; at < 1 << (length - NESTED.from); at += 1)
        table.set(ipv4(head | (at << (32 - length)), length), length);
    return took(() => table.set(ipv4(head, 24), 24));
  });
}
