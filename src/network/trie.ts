// A tree bitmap (Eatherton, Varghese, Dittia 2004) on typed arrays: 128-bit keys to small numbers by longest prefix.
import type { Words } from "./address.ts";
import { coverSets, ones, rank, STRIDE } from "./bitmaps.ts";
import { Blocks } from "./blocks.ts";
import {
  bitsAt,
  CHILD_BLOCK,
  CHILDREN,
  countOf,
  drop,
  has,
  insert,
  NODE,
  placeOf,
  VALUE_BLOCK,
  VALUES,
} from "./node.ts";

/** Bits that the root looks at: nodes then end at /18, /24, /30 … /48, where prefixes crowd. */
const ROOT = 13;
const ROOTS = 1 << ROOT;

/** So many freed units are kept for what comes next before all is packed anew and the rest given back. */
const SPARE_UNITS = 4_096;

/** The number of a prefix of `length` bits among those that are shorter than `ROOT`. */
const shortNumber = (w0: number, length: number): number =>
  (1 << length) | ((w0 >>> 1) >>> (31 - length));

/** The number of a prefix in a node that begins at bit `depth`. */
const numberIn = (key: Words, depth: number, length: number): number =>
  (1 << (length - depth)) | (bitsAt(key, depth) >>> (STRIDE - length + depth));

export class Trie {
  #nodes = new Blocks(NODE);
  #values = new Blocks(1);
  /** The node below each of the root's places; 0: none. */
  readonly #roots = new Int32Array(ROOTS);
  /** Values of prefixes shorter than `ROOT`, one more than they are; 0: none. A prefix `b` of `n` bits is at `2^n + b`. */
  readonly #short = new Int32Array(ROOTS);
  #size = 0;
  #length = 0;

  /** Prefixes held. */
  get size(): number {
    return this.#size;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return 4 * (this.#nodes.words.length + this.#values.words.length + 2 * ROOTS);
  }

  /** Length of the prefix that `find` found last. */
  get foundLength(): number {
    return this.#length;
  }

  /** The value of the longest prefix that covers the key; -1: none does. Allocates nothing. */
  find(w0: number, w1: number, w2: number, w3: number): number {
    const nodes = this.#nodes.words;
    let at = this.#roots[w0 >>> (32 - ROOT)] as number;
    let best = 0;
    let number = 0;
    let depth = ROOT;
    // The key moves left as it is used up: what a node looks at is always on top.
    let k0 = (w0 << ROOT) | (w1 >>> (32 - ROOT));
    let k1 = (w1 << ROOT) | (w2 >>> (32 - ROOT));
    let k2 = (w2 << ROOT) | (w3 >>> (32 - ROOT));
    let k3 = w3 << ROOT;
    while (at !== 0) {
      const place = k0 >>> (32 - STRIDE);
      const low = (nodes[at + VALUES] as number) & (coverSets[2 * place] as number);
      const high = (nodes[at + VALUES + 1] as number) & (coverSets[2 * place + 1] as number);
      if ((low | high) !== 0) {
        best = at;
        number = high === 0 ? 31 - Math.clz32(low) : 63 - Math.clz32(high);
        this.#length = depth;
      }
      const children = nodes[at + CHILDREN + (place >>> 5)] as number;
      if (((children >>> (place & 31)) & 1) === 0) break;
      const before =
        ones(children & ((1 << (place & 31)) - 1)) +
        (place < 32 ? 0 : ones(nodes[at + CHILDREN] as number));
      at = (nodes[at + CHILD_BLOCK] as number) + before * NODE;
      depth += STRIDE;
      k0 = (k0 << STRIDE) | (k1 >>> (32 - STRIDE));
      k1 = (k1 << STRIDE) | (k2 >>> (32 - STRIDE));
      k2 = (k2 << STRIDE) | (k3 >>> (32 - STRIDE));
      k3 <<= STRIDE;
    }
    if (best === 0) return this.#findShort(w0);
    this.#length += 31 - Math.clz32(number);
    const before = rank(nodes[best] as number, nodes[best + 1] as number, number);
    return this.#values.words[(nodes[best + VALUE_BLOCK] as number) + before] as number;
  }

  #findShort(w0: number): number {
    for (let number = ((w0 >>> (32 - ROOT)) | ROOTS) >>> 1; number > 0; number >>>= 1) {
      const value = this.#short[number] as number;
      if (value === 0) continue;
      this.#length = 31 - Math.clz32(number);
      return value - 1;
    }
    return -1;
  }

  /** Gives the prefix this value (0 or more): the value it had, or -1. */
  set(key: Words, length: number, value: number): number {
    const before =
      length < ROOT ? this.#setShort(key, length, value) : this.#put(key, length, value);
    if (before < 0) this.#size += 1;
    return before;
  }

  #setShort({ w0 }: Words, length: number, value: number): number {
    const number = shortNumber(w0, length);
    const before = (this.#short[number] as number) - 1;
    this.#short[number] = value + 1;
    return before;
  }

  #put(key: Words, length: number, value: number): number {
    const { node, depth } = this.#makeNode(key, length);
    const number = numberIn(key, depth, length);
    const branch = { node, set: VALUES } as const;
    const held = has(this.#nodes, branch, number);
    const at = held
      ? placeOf(this.#nodes, branch, number, 1)
      : insert(this.#nodes, this.#values, branch, number);
    const before = held ? (this.#values.words[at] as number) : -1;
    this.#values.words[at] = value;
    return before;
  }

  /** The node that holds prefixes of this length, made with all above it where it is not there. */
  #makeNode(key: Words, length: number): { node: number; depth: number } {
    const root = key.w0 >>> (32 - ROOT);
    if (this.#roots[root] === 0) {
      const made = this.#nodes.take(1);
      this.#nodes.words.fill(0, made, made + NODE);
      this.#roots[root] = made;
    }
    let node = this.#roots[root] as number;
    let depth = ROOT;
    for (; depth + STRIDE <= length; depth += STRIDE) {
      const place = bitsAt(key, depth);
      const branch = { node, set: CHILDREN } as const;
      node = has(this.#nodes, branch, place)
        ? placeOf(this.#nodes, branch, place, NODE)
        : insert(this.#nodes, this.#nodes, branch, place);
    }
    return { node, depth };
  }

  /** Takes a prefix away: the value it had, or -1. */
  remove(key: Words, length: number): number {
    let before: number;
    if (length < ROOT) before = this.#setShort(key, length, -1);
    else {
      const root = key.w0 >>> (32 - ROOT);
      const node = this.#roots[root] as number;
      if (node === 0) return -1;
      before = this.#take({ node, depth: ROOT }, key, length);
      if (before >= 0 && this.#isEmpty(node)) {
        this.#nodes.give(node, 1);
        this.#roots[root] = 0;
      }
    }
    if (before >= 0) {
      this.#size -= 1;
      if (isWasteful(this.#nodes) || isWasteful(this.#values)) this.#pack();
    }
    return before;
  }

  #take({ node, depth }: { node: number; depth: number }, key: Words, length: number): number {
    if (depth + STRIDE > length) {
      const number = numberIn(key, depth, length);
      const branch = { node, set: VALUES } as const;
      if (!has(this.#nodes, branch, number)) return -1;
      const before = this.#values.words[placeOf(this.#nodes, branch, number, 1)] as number;
      drop(this.#nodes, this.#values, branch, number);
      return before;
    }
    const place = bitsAt(key, depth);
    const branch = { node, set: CHILDREN } as const;
    if (!has(this.#nodes, branch, place)) return -1;
    const child = placeOf(this.#nodes, branch, place, NODE);
    const before = this.#take({ node: child, depth: depth + STRIDE }, key, length);
    if (before >= 0 && this.#isEmpty(child)) drop(this.#nodes, this.#nodes, branch, place);
    return before;
  }

  #isEmpty(node: number): boolean {
    const { words } = this.#nodes;
    return (
      ((words[node] as number) |
        (words[node + 1] as number) |
        (words[node + 2] as number) |
        (words[node + 3] as number)) ===
      0
    );
  }

  /** Puts all that is held side by side in new arrays, so that what is free goes back. */
  #pack(): void {
    const from = { nodes: this.#nodes, values: this.#values };
    this.#nodes = new Blocks(NODE, from.nodes.held + SPARE_UNITS);
    this.#values = new Blocks(1, from.values.held + SPARE_UNITS);
    for (let root = 0; root < ROOTS; root += 1) {
      const old = this.#roots[root] as number;
      if (old !== 0) this.#roots[root] = this.#copy(from, old, 1);
    }
  }

  /** Copies a block of nodes and all below them: where it stands now. */
  #copy(from: { nodes: Blocks; values: Blocks }, old: number, count: number): number {
    const block = this.#nodes.take(count);
    this.#nodes.words.set(from.nodes.words.subarray(old, old + count * NODE), block);
    for (let node = block; node < block + count * NODE; node += NODE) {
      const values = countOf(this.#nodes, { node, set: VALUES });
      if (values > 0) {
        const at = this.#values.take(values);
        const before = this.#nodes.words[node + VALUE_BLOCK] as number;
        this.#values.words.set(from.values.words.subarray(before, before + values), at);
        this.#nodes.words[node + VALUE_BLOCK] = at;
      }
      const children = countOf(this.#nodes, { node, set: CHILDREN });
      if (children > 0) {
        const before = this.#nodes.words[node + CHILD_BLOCK] as number;
        const at = this.#copy(from, before, children);
        this.#nodes.words[node + CHILD_BLOCK] = at;
      }
    }
    return block;
  }
}

/** Whether more is free than held, beyond what is kept for what comes next. */
const isWasteful = (blocks: Blocks): boolean => blocks.free > blocks.held + SPARE_UNITS;
