// Ranges that fill 32 bits, side by side in a block of words, each with an entry: pairs of where a range begins and its
// entry, in order. The first begins at 0: in place of that stands how many there are.
import type { Blocks } from "./blocks.ts";

/** Words of one range. */
const PAIR = 2;

/** Starts are held with their highest bit turned, for then their order is that of signed numbers. */
const TURN = 1 << 31;

/** So many ranges are looked at one after the other: the processor fetches ahead and guesses wrong but once, at the end. */
const SCANNED = 32;

/** Words that so many ranges take: powers of two and halfway between, so that blocks that grow leave few sizes behind. */
export function roomFor(count: number): number {
  if (count < 3) return PAIR * count;
  const step = 1 << (30 - Math.clz32(count - 1));
  return PAIR * Math.ceil(count / step) * step;
}

/** How many ranges a block has. */
export const countOf = (words: Int32Array, block: number): number => words[block] as number;

/** One range with this entry over all 32 bits: its block. */
export function wholeRange(blocks: Blocks, entry: number): number {
  const block = blocks.take(roomFor(1));
  blocks.words[block] = 1;
  blocks.words[block + 1] = entry;
  return block;
}

/** Where the range stands that `bits` lie in. */
function rangeAt(words: Int32Array, block: number, bits: number): number {
  const key = bits ^ TURN;
  let at = block;
  let left = words[block] as number;
  while (left > SCANNED) {
    const half = left >>> 1;
    if ((words[at + PAIR * half] as number) <= key) at += PAIR * half;
    left -= half;
  }
  const last = at + PAIR * (left - 1);
  while (at < last && (words[at + PAIR] as number) <= key) at += PAIR;
  return at;
}

/** The entry of the range that `bits` lie in. */
export const entryAt = (words: Int32Array, block: number, bits: number): number =>
  words[rangeAt(words, block, bits) + 1] as number;

/** From here on a range begins at `bits`, not 0, with the entry that was there: where the block stands now. */
function split(blocks: Blocks, block: number, bits: number): number {
  const at = rangeAt(blocks.words, block, bits);
  if (at !== block && blocks.words[at] === (bits ^ TURN)) return block;
  const count = countOf(blocks.words, block);
  const moved = blocks.resize(block, roomFor(count), roomFor(count + 1));
  const { words } = blocks;
  const place = moved + (at - block) + PAIR;
  words.copyWithin(place + PAIR, place, moved + PAIR * count);
  words[place] = bits ^ TURN;
  words[place + 1] = words[place - 1] as number;
  words[moved] = count + 1;
  return moved;
}

/** The range that begins at `bits`, not 0, goes into the one before it when both have the same entry: where the block stands now. */
function join(blocks: Blocks, block: number, bits: number): number {
  const { words } = blocks;
  const at = rangeAt(words, block, bits);
  if (words[at + 1] !== words[at - 1]) return block;
  const count = countOf(words, block);
  words.copyWithin(at, at + PAIR, block + PAIR * count);
  words[block] = count - 1;
  return blocks.resize(block, roomFor(count), roomFor(count - 1));
}

/**
 * Gives each range between `first` and `last` the entry that `edit` makes of its own; at both ends, ranges that have
 * the same entry then are one: where the block stands now.
 */
export function editRanges(
  blocks: Blocks,
  block: number,
  { first, last, edit }: { first: number; last: number; edit: (entry: number) => number },
): number {
  const after = (last + 1) | 0;
  let moved = first === 0 ? block : split(blocks, block, first);
  if (after !== 0) moved = split(blocks, moved, after);
  const { words } = blocks;
  const end = rangeAt(words, moved, last);
  for (let at = rangeAt(words, moved, first); at <= end; at += PAIR)
    words[at + 1] = edit(words[at + 1] as number);
  if (first !== 0) moved = join(blocks, moved, first);
  return after === 0 ? moved : join(blocks, moved, after);
}
