// One node of the trie, as a block of words: which of its places have a child, which of its prefixes a value; then the
// children's places, then the values.
import type { Words } from "./address.ts";
import { ones, rank, STRIDE } from "./bitmaps.ts";
import type { Blocks } from "./blocks.ts";

/** Words before the entries: two sets of 64 bits. */
export const HEAD = 4;
export const CHILDREN = 0;
export const VALUES = 2;

/** The largest node: 64 places have a child, 63 prefixes a value. */
export const NODE_WORDS = HEAD + 64 + 63;

/** One bit of one of the two sets of a node. */
export interface Spot {
  readonly node: number;
  readonly set: typeof CHILDREN | typeof VALUES;
  readonly bit: number;
}

/** `STRIDE` bits of a key from bit `at` on; zeros beyond its end. */
export function bitsAt({ w0, w1, w2, w3 }: Words, at: number): number {
  const word = (index: number): number => [w0, w1, w2, w3][index] ?? 0;
  const shift = at & 31;
  const from = word(at >>> 5) << shift;
  return (shift === 0 ? from : from | (word((at >>> 5) + 1) >>> (32 - shift))) >>> (32 - STRIDE);
}

const count = (words: Int32Array, at: number): number =>
  ones(words[at] as number) + ones(words[at + 1] as number);

/** How many children a node has. */
export const childrenOf = (words: Int32Array, node: number): number =>
  count(words, node + CHILDREN);

/** Words in a node. */
export const sizeOf = (words: Int32Array, node: number): number =>
  HEAD + count(words, node + CHILDREN) + count(words, node + VALUES);

export const has = (words: Int32Array, { node, set, bit }: Spot): boolean =>
  (((words[node + set + (bit >>> 5)] as number) >>> (bit & 31)) & 1) === 1;

/** The bits that are set in the set of 64 bits that begins at `at`, in order. */
export function bitsIn(words: Int32Array, at: number): number[] {
  const bits: number[] = [];
  for (const half of [0, 1])
    for (let rest = words[at + half] as number; rest !== 0; rest &= rest - 1)
      bits.push(32 * half + 31 - Math.clz32(rest & -rest));
  return bits;
}

/** Where the entry of a bit stands, or would. */
export function placeOf(words: Int32Array, { node, set, bit }: Spot): number {
  const at = node + set;
  const before = rank(words[at] as number, words[at + 1] as number, bit);
  return node + HEAD + before + (set === VALUES ? count(words, node + CHILDREN) : 0);
}

/** A node with nothing in it. */
export function emptyNode(blocks: Blocks): number {
  const node = blocks.take(HEAD);
  blocks.words.fill(0, node, node + HEAD);
  return node;
}

/** Adds the entry of a bit that was not set: where the node stands now. */
export function insert(blocks: Blocks, spot: Spot, entry: number): number {
  const { node } = spot;
  const size = sizeOf(blocks.words, node);
  const offset = placeOf(blocks.words, spot) - node;
  flip(blocks.words, spot);
  const moved = blocks.resize(node, size, size + 1);
  const { words } = blocks;
  words.copyWithin(moved + offset + 1, moved + offset, moved + size);
  words[moved + offset] = entry;
  return moved;
}

/** Takes the entry of a bit away: where the node stands now, 0 when nothing is left of it. */
export function drop(blocks: Blocks, spot: Spot): number {
  const { node } = spot;
  const { words } = blocks;
  const size = sizeOf(words, node);
  const at = placeOf(words, spot);
  words.copyWithin(at, at + 1, node + size);
  flip(words, spot);
  if (size > HEAD + 1) return blocks.resize(node, size, size - 1);
  blocks.give(node, size);
  return 0;
}

function flip(words: Int32Array, { node, set, bit }: Spot): void {
  const at = node + set + (bit >>> 5);
  words[at] = (words[at] as number) ^ (1 << (bit & 31));
}
