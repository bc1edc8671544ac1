// Comparator: the table as ranges that do not overlap, sorted, in typed arrays; a lookup is a binary search.
import { orderOf, type Prefix, rangeOf } from "#network";
import type { Contender, Entry, PrefixList } from "./prefixList.ts";

const NONE = -1;

type Words = Pick<Prefix, "w0" | "w1" | "w2" | "w3">;

export class SortedRanges implements Contender {
  readonly name = "binary search";
  /** Where each range begins, four words a range; it ends where the next begins. */
  readonly #starts: Uint32Array;
  readonly #values: Int32Array;
  readonly #count: number;

  constructor({ entries }: PrefixList) {
    const outerFirst = entries.toSorted(
      (a, b) => orderOf(a.prefix, b.prefix) || a.prefix.length - b.prefix.length,
    );
    const { starts, values } = flat(outerFirst);
    this.#starts = Uint32Array.from(starts);
    this.#values = Int32Array.from(values);
    this.#count = values.length;
  }

  get bytes(): number {
    return this.#starts.byteLength + this.#values.byteLength;
  }

  /** The value of the longest prefix; -1: none. */
  find(w0: number, w1: number, w2: number, w3: number): number {
    const starts = this.#starts;
    const [k0, k1, k2, k3] = [w0 >>> 0, w1 >>> 0, w2 >>> 0, w3 >>> 0];
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = 4 * middle;
      const order =
        (starts[at] as number) - k0 ||
        (starts[at + 1] as number) - k1 ||
        (starts[at + 2] as number) - k2 ||
        (starts[at + 3] as number) - k3;
      if (order <= 0) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NONE : (this.#values[low - 1] as number);
  }

  covered(words: Int32Array): number {
    let covered = 0;
    for (let at = 0; at < words.length; at += 4) {
      const value = this.find(
        words[at] as number,
        words[at + 1] as number,
        words[at + 2] as number,
        words[at + 3] as number,
      );
      if (value >= 0) covered += 1;
    }
    return covered;
  }
}

/** Sweeps over nested prefixes: a range begins where a prefix does, and where one ends inside another. */
function flat(outerFirst: readonly Entry[]): { starts: number[]; values: number[] } {
  const starts: number[] = [];
  const values: number[] = [];
  const open: { last: Words; value: number }[] = [];
  const begin = ({ w0, w1, w2, w3 }: Words, value: number): void => {
    const at = starts.length - 4;
    const again =
      starts[at] === w0 >>> 0 &&
      starts[at + 1] === w1 >>> 0 &&
      starts[at + 2] === w2 >>> 0 &&
      starts[at + 3] === w3 >>> 0;
    if (again) values[values.length - 1] = value;
    else {
      starts.push(w0 >>> 0, w1 >>> 0, w2 >>> 0, w3 >>> 0);
      values.push(value);
    }
  };
  const close = ({ last }: { last: Words }, family: 4 | 6): void => {
    open.pop();
    const after = following(last, family);
    if (after) begin(after, open.at(-1)?.value ?? NONE);
  };
  for (const { prefix, value } of outerFirst) {
    for (let top = open.at(-1); top && orderOf(top.last, prefix) < 0; top = open.at(-1))
      close(top, prefix.family);
    begin(prefix, value);
    open.push({ last: rangeOf(prefix).last, value });
  }
  const family = outerFirst[0]?.prefix.family ?? 4;
  for (let top = open.at(-1); top; top = open.at(-1)) close(top, family);
  return { starts, values };
}

/** The address after this one; null after the last. */
function following({ w0, w1, w2, w3 }: Words, family: 4 | 6): Words | null {
  const words = family === 4 ? [w0] : [w0, w1, w2, w3];
  const at = words.findLastIndex((word) => word !== -1);
  if (at < 0) return null;
  const next = words.map((word, index) => (index < at ? word : index === at ? (word + 1) | 0 : 0));
  return { w0: next[0] ?? 0, w1: next[1] ?? 0, w2: next[2] ?? 0, w3: next[3] ?? 0 };
}
