// One node of the trie, as six words in an array: its prefixes that have a value, its places that have a child.
import type { Words } from "./address.ts";
import { ones, rank, STRIDE } from "./bitmaps.ts";
import type { Blocks } from "./blocks.ts";

/** Words in a node: two sets of 64 bits, and where its children and its values stand. */
export const NODE = 6;
export const VALUES = 0;
export const CHILDREN = 2;
export const CHILD_BLOCK = 4;
export const VALUE_BLOCK = 5;

/** One of the two sets of a node, and where the block stands that has an entry for each of its bits. */
export interface Branch {
  readonly node: number;
  readonly set: typeof VALUES | typeof CHILDREN;
}

const blockOf = ({ node, set }: Branch): number =>
  node + (set === VALUES ? VALUE_BLOCK : CHILD_BLOCK);

/** `STRIDE` bits of a key from bit `at` on; zeros beyond its end. */
export function bitsAt({ w0, w1, w2, w3 }: Words, at: number): number {
  const word = (index: number): number => [w0, w1, w2, w3][index] ?? 0;
  const shift = at & 31;
  const from = word(at >>> 5) << shift;
  return (shift === 0 ? from : from | (word((at >>> 5) + 1) >>> (32 - shift))) >>> (32 - STRIDE);
}

/** How many bits of a set are set. */
export function countOf(nodes: Blocks, { node, set }: Branch): number {
  return ones(nodes.words[node + set] as number) + ones(nodes.words[node + set + 1] as number);
}

export function has(nodes: Blocks, { node, set }: Branch, bit: number): boolean {
  return (((nodes.words[node + set + (bit >>> 5)] as number) >>> (bit & 31)) & 1) === 1;
}

/** Where the entry of a bit stands, or would. */
export function placeOf(nodes: Blocks, branch: Branch, bit: number, unit: number): number {
  const at = branch.node + branch.set;
  const before = rank(nodes.words[at] as number, nodes.words[at + 1] as number, bit);
  return (nodes.words[blockOf(branch)] as number) + before * unit;
}

/** Makes room for the entry of a bit that was not set, all zeros: the place where it stands. */
export function insert(nodes: Blocks, entries: Blocks, branch: Branch, bit: number): number {
  const { unit } = entries;
  const count = countOf(nodes, branch);
  const old = nodes.words[blockOf(branch)] as number;
  const split = placeOf(nodes, branch, bit, unit);
  const block = entries.take(count + 1);
  const { words } = entries;
  const at = block + split - old;
  words.copyWithin(block, old, split);
  words.fill(0, at, at + unit);
  words.copyWithin(at + unit, split, old + count * unit);
  entries.give(old, count);
  flip(nodes, branch, bit);
  nodes.words[blockOf(branch)] = block;
  return at;
}

/** Takes the entry of a bit away. */
export function drop(nodes: Blocks, entries: Blocks, branch: Branch, bit: number): void {
  const { unit } = entries;
  const count = countOf(nodes, branch);
  const old = nodes.words[blockOf(branch)] as number;
  const split = placeOf(nodes, branch, bit, unit);
  const block = count === 1 ? 0 : entries.take(count - 1);
  const { words } = entries;
  words.copyWithin(block, old, split);
  words.copyWithin(block + split - old, split + unit, old + count * unit);
  entries.give(old, count);
  flip(nodes, branch, bit);
  nodes.words[blockOf(branch)] = block;
}

function flip(nodes: Blocks, { node, set }: Branch, bit: number): void {
  const at = node + set + (bit >>> 5);
  nodes.words[at] = (nodes.words[at] as number) ^ (1 << (bit & 31));
}
