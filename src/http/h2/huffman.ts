// The Huffman code of header strings (RFC 7541 5.2, appendix B), read four bits at a time.

/**
 * Bits of each symbol's code; the last symbol is EOS. The code is canonical: codes of one length follow each other in the
 * order of their symbols, and begin where those of the shorter length ended.
 */
const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
  28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
  6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6,
  7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
  23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22,
  22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22,
  23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27,
  27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25,
  24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const EOS = 256;
const LONGEST_CODE = 30;
const PADDING_BITS = 7;

/** A step by four bits: the next node, and the symbol that ended on the way (-1: none). FAILED leads nowhere. */
const FAILED = 0xffff;
const NO_SYMBOL = -1;

interface Steps {
  readonly next: Uint16Array;
  readonly symbol: Int16Array;
  /** Whether a string may end at this node: all bits since the last symbol are ones, and at most seven (RFC 7541 5.2). */
  readonly mayEnd: Uint8Array;
}

interface Tree {
  /** Two children a node: a node, or ~symbol. */
  readonly children: number[];
  readonly depth: number[];
  readonly allOnes: boolean[];
}

function codeTree(): Tree {
  const tree: Tree = { children: [0, 0], depth: [0], allOnes: [true] };
  let code = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    for (const [symbol, bits] of codeLengths.entries())
      if (bits === length) addCode(tree, { code: code++, length, symbol });
    code <<= 1;
  }
  return tree;
}

function addCode(tree: Tree, row: { code: number; length: number; symbol: number }): void {
  const { children, depth, allOnes } = tree;
  let node = 0;
  for (let bit = row.length - 1; bit > 0; bit--) {
    const one = (row.code >>> bit) & 1;
    let child = children[2 * node + one] as number;
    if (child === 0) {
      child = depth.length;
      depth.push((depth[node] as number) + 1);
      allOnes.push((allOnes[node] as boolean) && one === 1);
      children[2 * node + one] = child;
      children.push(0, 0);
    }
    node = child;
  }
  children[2 * node + (row.code & 1)] = ~row.symbol;
}

function steps(): Steps {
  const { children, depth, allOnes } = codeTree();
  const next = new Uint16Array(depth.length * 16).fill(FAILED);
  const symbol = new Int16Array(depth.length * 16).fill(NO_SYMBOL);
  for (const node of depth.keys())
    for (let nibble = 0; nibble < 16; nibble++) {
      const at = node * 16 + nibble;
      let to = node;
      for (let bit = 3; bit >= 0 && to >= 0; bit--) {
        to = children[2 * to + ((nibble >>> bit) & 1)] as number;
        if (to >= 0 || ~to === EOS) continue;
        symbol[at] = ~to; // no code is shorter than five bits: at most one symbol ends within four
        to = 0;
      }
      if (to >= 0) next[at] = to;
    }
  const mayEnd = Uint8Array.from(depth, (bits, node) =>
    allOnes[node] && bits <= PADDING_BITS ? 1 : 0,
  );
  return { next, symbol, mayEnd };
}

const table = steps();

/** The string in `bytes[from, to)`, a character a byte; null when a code is broken, is EOS, or the padding is wrong. */
export function decodeHuffman(bytes: Uint8Array, from: number, to: number): string | null {
  const decoded = Buffer.allocUnsafe(Math.ceil(((to - from) * 8) / 5));
  const { next, symbol, mayEnd } = table;
  let length = 0;
  let node = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    for (let shift = 4; shift >= 0; shift -= 4) {
      const step = node * 16 + ((byte >>> shift) & 0xf);
      const ended = symbol[step] as number;
      if (ended !== NO_SYMBOL) decoded[length++] = ended;
      node = next[step] as number;
      if (node === FAILED) return null;
    }
  }
  return mayEnd[node] === 1 ? decoded.toString("latin1", 0, length) : null;
}
