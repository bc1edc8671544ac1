// A tree bitmap (Eatherton, Varghese, Dittia 2004) on one typed array: 128-bit keys to small numbers by longest prefix.
import type { Words } from "./address.ts";
import { coverSets, ones, rank, STRIDE } from "./bitmaps.ts";
import { Blocks } from "./blocks.ts";
import {
  bitsAt,
  bitsIn,
  CHILDREN,
  childrenOf,
  drop,
  emptyNode,
  has,
  HEAD,
  insert,
  NODE_WORDS,
  placeOf,
  sizeOf,
  VALUES,
} from "./node.ts";

/** Bits that the root looks at: nodes then end at /18, /24, /30 … /48, where prefixes crowd. */
const ROOT = 13;
const ROOTS = 1 << ROOT;

/** So many freed words are kept for what comes next before all is packed anew and the rest given back. */
const SPARE_WORDS = 16_384;

/** The number of a prefix of `length` bits among those that are shorter than `ROOT`. */
const shortNumber = (w0: number, length: number): number =>
  (1 << length) | ((w0 >>> 1) >>> (31 - length));

/** The number of a prefix in a node that begins at bit `depth`. */
const numberIn = (key: Words, depth: number, length: number): number =>
  (1 << (length - depth)) | (bitsAt(key, depth) >>> (STRIDE - length + depth));

/** A prefix and its value. */
export interface Held {
  readonly key: Words;
  readonly length: number;
  readonly value: number;
}

/** A key of 32 bits. */
const keyOf = (w0: number): Words => ({ w0, w1: 0, w2: 0, w3: 0 });

export class Trie {
  #blocks = new Blocks({ most: NODE_WORDS });
  /** The node below each of the root's places; 0: none. */
  readonly #roots = new Int32Array(ROOTS);
  /** Values of prefixes shorter than `ROOT`, one more than they are; 0: none. */
  readonly #short = new Int32Array(ROOTS);
  #size = 0;
  #foundLength = 0;
  /** The value that the prefix of the change under way had; -1: none. */
  #before = -1;

  /** Prefixes held. */
  get size(): number {
    return this.#size;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.#blocks.bytes + this.#roots.byteLength + this.#short.byteLength;
  }

  /** Length of the prefix that `find` found last. */
  get foundLength(): number {
    return this.#foundLength;
  }

  /** The value of the longest prefix that covers the key; -1: none does. Allocates nothing. */
  find(w0: number, w1: number, w2: number, w3: number): number {
    const { words } = this.#blocks;
    let at = this.#roots[w0 >>> (32 - ROOT)] as number;
    let best = 0;
    let number = 0;
    let depth = ROOT;
    let bestDepth = 0;
    // The key moves left as it is used up: what a node looks at is always on top.
    let k0 = (w0 << ROOT) | (w1 >>> (32 - ROOT));
    let k1 = (w1 << ROOT) | (w2 >>> (32 - ROOT));
    let k2 = (w2 << ROOT) | (w3 >>> (32 - ROOT));
    let k3 = w3 << ROOT;
    while (at !== 0) {
      const place = k0 >>> (32 - STRIDE);
      const low = (words[at + VALUES] as number) & (coverSets[2 * place] as number);
      const high = (words[at + VALUES + 1] as number) & (coverSets[2 * place + 1] as number);
      if ((low | high) !== 0) {
        best = at;
        bestDepth = depth;
        number = high === 0 ? 31 - Math.clz32(low) : 63 - Math.clz32(high);
      }
      const children = words[at + CHILDREN + (place >>> 5)] as number;
      if (((children >>> (place & 31)) & 1) === 0) break;
      const before =
        ones(children & ((1 << (place & 31)) - 1)) +
        (place < 32 ? 0 : ones(words[at + CHILDREN] as number));
      at = words[at + HEAD + before] as number;
      depth += STRIDE;
      k0 = (k0 << STRIDE) | (k1 >>> (32 - STRIDE));
      k1 = (k1 << STRIDE) | (k2 >>> (32 - STRIDE));
      k2 = (k2 << STRIDE) | (k3 >>> (32 - STRIDE));
      k3 <<= STRIDE;
    }
    if (best === 0) return this.#findShort(w0, ROOT - 1);
    this.#foundLength = bestDepth + 31 - Math.clz32(number);
    const before = rank(words[best + VALUES] as number, words[best + VALUES + 1] as number, number);
    return words[best + HEAD + childrenOf(words, best) + before] as number;
  }

  /** As `find`, among the prefixes of at most `most` bits, which are fewer than `ROOT`. */
  #findShort(w0: number, most: number): number {
    for (let number = shortNumber(w0, most); number > 0; number >>>= 1) {
      const value = this.#short[number] as number;
      if (value === 0) continue;
      this.#foundLength = 31 - Math.clz32(number);
      return value - 1;
    }
    return -1;
  }

  /** As `find`, among the prefixes of at most `most` bits. For changes: `find` is the quick one. */
  findUpTo(key: Words, most: number): number {
    let best = -1;
    let node = this.#roots[key.w0 >>> (32 - ROOT)] as number;
    for (let depth = ROOT; node !== 0 && depth <= most; depth += STRIDE) {
      const longest = Math.min(most, depth + STRIDE - 1);
      for (let bit = numberIn(key, depth, longest); bit > 0; bit >>>= 1) {
        const spot = { node, set: VALUES, bit } as const;
        if (!has(this.#blocks.words, spot)) continue;
        best = this.#blocks.words[placeOf(this.#blocks.words, spot)] as number;
        this.#foundLength = depth + 31 - Math.clz32(bit);
        break;
      }
      node = this.#childOf(node, bitsAt(key, depth));
    }
    return best < 0 ? this.#findShort(key.w0, Math.min(most, ROOT - 1)) : best;
  }

  /** Whether prefixes of more than `length` bits, which is `ROOT` or more, lie inside the one of `length` bits. */
  holdsBelow(key: Words, length: number): boolean {
    let node = this.#roots[key.w0 >>> (32 - ROOT)] as number;
    let depth = ROOT;
    for (; node !== 0 && depth + STRIDE <= length; depth += STRIDE)
      node = this.#childOf(node, bitsAt(key, depth));
    if (node === 0) return false;
    // A place has the number of a prefix as long as all the bits that the node looks at.
    const { words } = this.#blocks;
    const places = bitsIn(words, node + CHILDREN).map((place) => place | (1 << STRIDE));
    const outer = numberIn(key, depth, length);
    const isInside = (number: number): boolean =>
      number > outer && number >>> (Math.clz32(outer) - Math.clz32(number)) === outer;
    return places.some(isInside) || bitsIn(words, node + VALUES).some(isInside);
  }

  /** The node below a place of a node; 0: none. */
  #childOf(node: number, place: number): number {
    const { words } = this.#blocks;
    const spot = { node, set: CHILDREN, bit: place } as const;
    return has(words, spot) ? (words[placeOf(words, spot)] as number) : 0;
  }

  /** Tells, in any order, the prefixes of up to 32 bits inside the one of the key's first `length`, fewer than `ROOT`. */
  each({ w0: bits }: Words, length: number, tell: (prefix: Held) => void): void {
    const top = shortNumber(bits, length);
    for (let long = length; long < ROOT; long += 1)
      for (let step = 0; step < 1 << (long - length); step += 1) {
        const number = (top << (long - length)) + step;
        const value = (this.#short[number] as number) - 1;
        // Two steps, for a shift by 32 is one by nothing.
        const w0 = (number << (31 - long)) << 1;
        if (value >= 0) tell({ key: keyOf(w0), length: long, value });
      }
    const from = (top << (ROOT - length)) - ROOTS;
    for (let root = from; root < from + (1 << (ROOT - length)); root += 1) {
      const node = this.#roots[root] as number;
      if (node !== 0) this.#eachBelow({ node, depth: ROOT, w0: root << (32 - ROOT) }, tell);
    }
  }

  /** Both lists of a node stand in the order of its sets. */
  #eachBelow(
    { node, depth, w0 }: { node: number; depth: number; w0: number },
    tell: (prefix: Held) => void,
  ): void {
    const { words } = this.#blocks;
    let at = node + HEAD;
    for (const place of bitsIn(words, node + CHILDREN)) {
      const inside = (place << (32 - STRIDE)) >>> depth;
      this.#eachBelow({ node: words[at] as number, depth: depth + STRIDE, w0: w0 | inside }, tell);
      at += 1;
    }
    for (const number of bitsIn(words, node + VALUES)) {
      const length = depth + 31 - Math.clz32(number);
      const inside = (number ^ (1 << (length - depth))) << (32 - length);
      tell({ key: keyOf(w0 | inside), length, value: words[at] as number });
      at += 1;
    }
  }

  /** Gives the prefix this value (0 or more): the value it had, or -1. */
  set(key: Words, length: number, value: number): number {
    this.#before = -1;
    if (length < ROOT) this.#setShort(key, length, value);
    else {
      const root = key.w0 >>> (32 - ROOT);
      const node = (this.#roots[root] as number) || emptyNode(this.#blocks);
      this.#roots[root] = this.#put({ node, depth: ROOT }, { key, length, value });
    }
    if (this.#before < 0) this.#size += 1;
    return this.#before;
  }

  /** Takes a prefix away: the value it had, or -1. */
  remove(key: Words, length: number): number {
    this.#before = -1;
    if (length < ROOT) this.#setShort(key, length, -1);
    else {
      const root = key.w0 >>> (32 - ROOT);
      const node = this.#roots[root] as number;
      if (node !== 0) this.#roots[root] = this.#cut({ node, depth: ROOT }, { key, length });
    }
    if (this.#before >= 0) {
      this.#size -= 1;
      if (this.#blocks.free > this.#blocks.held + SPARE_WORDS) this.#pack();
    }
    return this.#before;
  }

  #setShort({ w0 }: Words, length: number, value: number): void {
    const number = shortNumber(w0, length);
    this.#before = (this.#short[number] as number) - 1;
    this.#short[number] = value + 1;
  }

  /** Puts a prefix into a node or below it: where the node stands now. */
  #put({ node, depth }: { node: number; depth: number }, prefix: Held): number {
    const { key, length, value } = prefix;
    if (depth + STRIDE > length) {
      const spot = { node, set: VALUES, bit: numberIn(key, depth, length) } as const;
      if (!has(this.#blocks.words, spot)) return insert(this.#blocks, spot, value);
      const at = placeOf(this.#blocks.words, spot);
      this.#before = this.#blocks.words[at] as number;
      this.#blocks.words[at] = value;
      return node;
    }
    const spot = { node, set: CHILDREN, bit: bitsAt(key, depth) } as const;
    const below = { node: 0, depth: depth + STRIDE };
    if (!has(this.#blocks.words, spot)) {
      below.node = emptyNode(this.#blocks);
      return insert(this.#blocks, spot, this.#put(below, prefix));
    }
    const at = placeOf(this.#blocks.words, spot);
    below.node = this.#blocks.words[at] as number;
    const moved = this.#put(below, prefix);
    this.#blocks.words[at] = moved;
    return node;
  }

  /** Takes a prefix out of a node or from below it: where the node stands now, 0 when nothing is left of it. */
  #cut(
    { node, depth }: { node: number; depth: number },
    prefix: { key: Words; length: number },
  ): number {
    const { key, length } = prefix;
    const { words } = this.#blocks;
    if (depth + STRIDE > length) {
      const spot = { node, set: VALUES, bit: numberIn(key, depth, length) } as const;
      if (!has(words, spot)) return node;
      this.#before = words[placeOf(words, spot)] as number;
      return drop(this.#blocks, spot);
    }
    const spot = { node, set: CHILDREN, bit: bitsAt(key, depth) } as const;
    if (!has(words, spot)) return node;
    const at = placeOf(words, spot);
    const moved = this.#cut({ node: words[at] as number, depth: depth + STRIDE }, prefix);
    if (moved === 0) return drop(this.#blocks, spot);
    this.#blocks.words[at] = moved;
    return node;
  }

  /** Puts all that is held side by side in a new array, so that what is free goes back. */
  #pack(): void {
    const { words, held } = this.#blocks;
    this.#blocks = new Blocks({ most: NODE_WORDS, words: held + SPARE_WORDS });
    for (let root = 0; root < ROOTS; root += 1) {
      const node = this.#roots[root] as number;
      if (node !== 0) this.#roots[root] = this.#copy(words, node);
    }
  }

  /** Copies a node and all below it: where it stands now. */
  #copy(from: Int32Array, node: number): number {
    const size = sizeOf(from, node);
    const copy = this.#blocks.take(size);
    this.#blocks.words.set(from.subarray(node, node + size), copy);
    const end = copy + HEAD + childrenOf(from, node);
    for (let at = copy + HEAD; at < end; at += 1) {
      const child = this.#copy(from, this.#blocks.words[at] as number);
      this.#blocks.words[at] = child;
    }
    return copy;
  }
}
