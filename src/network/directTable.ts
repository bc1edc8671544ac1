// Answers for every /24 side by side, in front of the IPv4 trie (the idea of DIR-24-8; Gupta, Lin, McKeown 1998): one
// miss of the cache a lookup. The trie stays the truth: what an entry cannot tell is asked there. Each /8 is a sheet,
// which is written when it is opened, so that what nobody uses takes no memory and no step is long.
import { invariant } from "#base";
import { DEEPER, entryOf, lengthIn } from "./entry.ts";

/** Bits that choose a block, and the longest prefix that an entry tells. */
export const BLOCK_BITS = 24;
/** Bits that choose a sheet, and the shortest prefix that entries tell: a change writes one sheet at most. */
export const SHEET_BITS = 8;

const SHEETS = 1 << SHEET_BITS;
const BLOCKS = 1 << (BLOCK_BITS - SHEET_BITS);

const sheetOf = (bits: number): number => bits >>> (32 - SHEET_BITS);
const blockOf = (bits: number): number => bits >>> (32 - BLOCK_BITS);

/** A prefix of `SHEET_BITS` to `BLOCK_BITS` bits; those beyond its length are zero. */
interface Told {
  readonly bits: number;
  readonly length: number;
}

export class DirectTable {
  /** One array, for a lookup through one a sheet takes twice as long; null while no sheet is open. */
  #entries: Int32Array | null = null;
  readonly #isOpen = new Uint8Array(SHEETS);
  #open = 0;

  /** Address space, bytes: the system gives memory to the pages of open sheets alone. */
  get bytes(): number {
    return this.#entries?.byteLength ?? 0;
  }

  /** The entry for an address. Above zero it holds the answer; else the trie is to be asked. */
  at(bits: number): number {
    return this.#entries === null ? 0 : (this.#entries[bits >>> (32 - BLOCK_BITS)] as number);
  }

  /** Whether the /8 of these bits has its sheet open. */
  has(bits: number): boolean {
    return this.#isOpen[sheetOf(bits)] === 1;
  }

  /** Opens the sheet of the /8 of these bits, empty. */
  open(bits: number): void {
    this.#entries ??= new Int32Array(SHEETS * BLOCKS);
    this.#isOpen[sheetOf(bits)] = 1;
    this.#open += 1;
  }

  /** Closes the sheet of the /8 of these bits, which is open. With the last one all memory goes back. */
  close(bits: number): void {
    this.#isOpen[sheetOf(bits)] = 0;
    this.#open -= 1;
    const from = sheetOf(bits) * BLOCKS;
    if (this.#open === 0) this.#entries = null;
    else this.#entries?.fill(0, from, from + BLOCKS);
  }

  /** A prefix of an open sheet has this value from now on: told wherever no longer one is. */
  set(prefix: Told, value: number): void {
    const { length } = prefix;
    const entry = entryOf(length, value);
    const blocks = this.#blocksOf(prefix);
    for (let at = 0; at < blocks.length; at += 1) {
      const before = blocks[at] as number;
      if (lengthIn(before) <= length) blocks[at] = (before & DEEPER) | entry;
    }
  }

  /** A prefix of an open sheet is gone: where it was told, `cover` is from now on, the longest that covers it. */
  remove(prefix: Told, cover: { length: number; value: number } | null): void {
    const { length } = prefix;
    const entry = cover ? entryOf(cover.length, cover.value) : 0;
    const blocks = this.#blocksOf(prefix);
    for (let at = 0; at < blocks.length; at += 1) {
      const before = blocks[at] as number;
      if (lengthIn(before) === length) blocks[at] = (before & DEEPER) | entry;
    }
  }

  /** Whether prefixes longer than `BLOCK_BITS` lie in the block of these bits, of an open sheet. */
  deepen(bits: number, deeper: boolean): void {
    const block = this.#blocksOf({ bits, length: BLOCK_BITS });
    const entry = (block[0] as number) & ~DEEPER;
    block[0] = deeper ? entry | DEEPER : entry;
  }

  /** The entries of a prefix. */
  #blocksOf({ bits, length }: Told): Int32Array {
    invariant(this.#entries && this.has(bits), "entries are written on open sheets");
    const from = blockOf(bits);
    return this.#entries.subarray(from, from + (1 << (BLOCK_BITS - length)));
  }
}
