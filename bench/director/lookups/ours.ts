// The product's table as a contender.
import { LongestPrefixTable } from "#network";
import type { Contender, PrefixList } from "./prefixList.ts";

class Ours4 implements Contender {
  readonly name = null;
  readonly table: LongestPrefixTable<number>;

  constructor(table: LongestPrefixTable<number>) {
    this.table = table;
  }

  get bytes(): number {
    return this.table.bytes;
  }

  find(w0: number): number {
    const index = this.table.findIPv4(w0);
    return index < 0 ? index : this.table.valueAt(index);
  }

  covered(words: Int32Array): number {
    const { table } = this;
    let covered = 0;
    for (let at = 0; at < words.length; at += 4)
      if (table.findIPv4(words[at] as number) >= 0) covered += 1;
    return covered;
  }
}

class Ours6 extends Ours4 {
  override find(w0: number, w1 = 0, w2 = 0, w3 = 0): number {
    const index = this.table.findIPv6(w0, w1, w2, w3);
    return index < 0 ? index : this.table.valueAt(index);
  }

  override covered(words: Int32Array): number {
    const { table } = this;
    let covered = 0;
    for (let at = 0; at < words.length; at += 4) {
      const index = table.findIPv6(
        words[at] as number,
        words[at + 1] as number,
        words[at + 2] as number,
        words[at + 3] as number,
      );
      if (index >= 0) covered += 1;
    }
    return covered;
  }
}

/** The table filled with a list. */
export function oursOf({
  family,
  entries,
}: PrefixList): Contender & { readonly table: LongestPrefixTable<number> } {
  const table = new LongestPrefixTable<number>();
  for (const { prefix, value } of entries) table.set(prefix, value);
  return family === 4 ? new Ours4(table) : new Ours6(table);
}
