// A routing table made up under a seed: as many prefixes as asked, lengths and nesting as in the public one.
import { chanceOf } from "#base";
import { prefixOf, type Prefix } from "#network";
import type { Entry, PrefixList } from "./prefixList.ts";

/** Shares of prefix lengths, per cent, rounded: of what the collectors of RouteViews and RIPE RIS see. */
const lengths: Record<4 | 6, readonly (readonly [length: number, share: number])[]> = {
  4: [
    [24, 60.5],
    [22, 10.5],
    [23, 9.6],
    [21, 4.7],
    [20, 4.4],
    [19, 2.6],
    [16, 1.4],
    [18, 1.4],
    [17, 0.9],
    [15, 0.2],
    [14, 0.12],
    [13, 0.06],
    [12, 0.03],
    [11, 0.01],
    [10, 0.004],
    [8, 0.001],
  ],
  6: [
    [48, 47],
    [32, 11],
    [44, 10],
    [40, 9],
    [36, 5],
    [46, 3.5],
    [47, 3],
    [42, 2.5],
    [34, 2],
    [29, 2],
    [33, 1.5],
    [45, 1.5],
    [38, 1],
    [43, 1],
    [30, 0.3],
    [28, 0.1],
    [24, 0.02],
    [20, 0.005],
  ],
};

/** Networks announce neighbours: the share of prefixes that follow the one before. */
const NEIGHBOURS = 0.5;
/** More specific prefixes lie mostly inside a shorter one of the table: the share that does. */
const NESTED = 0.6;
/** Prefixes this long at most are those that others lie in. */
const PARENT = { 4: 22, 6: 36 } as const;
/** The blocks that registries allocate from (RFC 7249; IANA's registry of IPv6 unicast assignments), by their first words. */
const blocks6 = [0x2400_0000, 0x2600_0000, 0x2800_0000, 0x2a00_0000, 0x2c00_0000, 0x2001_0000];
/** Networks that announce them. */
const NETWORKS = 80_000;

/** `count` distinct prefixes of one family. */
export function syntheticTable(
  family: 4 | 6,
  { count, seed }: { count: number; seed: number },
): PrefixList {
  const chance = chanceOf(seed);
  const total = lengths[family].reduce((sum, [, share]) => sum + share, 0);
  const entries: Entry[] = [];
  const parents: Prefix[] = [];
  const held = new Set<string>();
  const shortestFirst = lengths[family].toSorted(([a], [b]) => a - b);
  for (const [length, share] of shortestFirst) {
    const goal = Math.round((count * share) / total);
    let prefix: Prefix | null = null;
    for (let made = 0; made < goal;) {
      const parent = chance() < NESTED ? parents[Math.floor(chance() * parents.length)] : undefined;
      prefix =
        prefix && chance() < NEIGHBOURS
          ? neighbourOf(prefix)
          : prefixOf(family, length, someWords(family, chance, parent));
      const key = `${length} ${prefix.w0} ${prefix.w1}`;
      if (held.has(key)) continue;
      held.add(key);
      entries.push({ prefix, value: 1 + Math.floor(chance() ** 2 * NETWORKS) });
      if (length <= PARENT[family]) parents.push(prefix);
      made += 1;
    }
  }
  return { name: "synthetic", family, entries };
}

/** The prefix of the same length that follows. */
function neighbourOf({ family, length, w0, w1, w2, w3 }: Prefix): Prefix {
  const step = 1 << ((32 - (length % 32)) % 32);
  const inFirst = length <= 32;
  return prefixOf(family, length, {
    w0: inFirst ? (w0 + step) | 0 : w0,
    w1: inFirst ? w1 : (w1 + step) | 0,
    w2,
    w3,
  });
}

/** Bits inside `parent`, or of any unicast address. No prefix here is longer than 64 bits. */
function someWords(
  family: 4 | 6,
  chance: () => number,
  parent: Prefix | undefined,
): { w0: number; w1: number; w2: number; w3: number } {
  const word = (): number => Math.floor(chance() * 2 ** 32) | 0;
  const rest = { w1: word(), w2: 0, w3: 0 };
  if (parent)
    return {
      ...rest,
      w0: within(parent.w0, parent.length, word()),
      w1: within(parent.w1, parent.length - 32, rest.w1),
    };
  if (family === 4) return { ...rest, w0: (Math.floor(1 + chance() * 222) << 24) | (word() >>> 8) };
  const block = blocks6[Math.floor(chance() * blocks6.length)] as number;
  return { ...rest, w0: within(block, block === 0x2001_0000 ? 16 : 12, word()) };
}

/** The first `length` bits of `head`, the rest of `tail`. */
function within(head: number, length: number, tail: number): number {
  if (length <= 0) return tail;
  if (length >= 32) return head;
  const rest = -1 >>> length;
  return (head & ~rest) | (tail & rest);
}
