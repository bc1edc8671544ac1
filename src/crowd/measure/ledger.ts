// Kinds of trouble with how often, where, and the first examples.
import {
  LEDGER_EXAMPLE_LENGTH_LIMIT,
  LEDGER_EXAMPLES_LIMIT,
  LEDGER_KINDS_LIMIT,
} from "../limits.ts";

/** One kind in one network, as plain values. */
export interface LedgerLine {
  readonly kind: string;
  /** Index into the settings' networks. */
  readonly network: number;
  readonly count: number;
  readonly first: readonly string[];
}

/** One kind over all networks. */
export interface LedgerEntry {
  readonly kind: string;
  readonly count: number;
  /** By index of network. */
  readonly byNetwork: ReadonlyMap<number, number>;
  readonly first: readonly string[];
}

interface Row {
  count: number;
  byNetwork: Map<number, number>;
  first: string[];
}

/** Further kinds than the limit are counted under this name. */
export const OTHER_KINDS = "other";

/** Counts without end, examples within limits. */
export class Ledger {
  readonly #rows = new Map<string, Row>();

  add(kind: string, network: number, example: string): void {
    this.merge({ kind, network, count: 1, first: [example] });
  }

  merge({ kind, network, count, first }: LedgerLine): void {
    const row = this.#row(kind);
    row.count += count;
    row.byNetwork.set(network, (row.byNetwork.get(network) ?? 0) + count);
    for (const example of first) {
      if (row.first.length >= LEDGER_EXAMPLES_LIMIT) break;
      const short = example.slice(0, LEDGER_EXAMPLE_LENGTH_LIMIT);
      if (!row.first.includes(short)) row.first.push(short);
    }
  }

  /** What was added since the last call, which forgets it. */
  take(): LedgerLine[] {
    const lines = [...this.#rows].flatMap(([kind, { byNetwork, first }]) =>
      [...byNetwork].map(([network, count], index) => ({
        kind,
        network,
        count,
        first: index === 0 ? first : [],
      })),
    );
    this.#rows.clear();
    return lines;
  }

  /** The most frequent first. */
  entries(): LedgerEntry[] {
    return [...this.#rows]
      .map(([kind, { count, byNetwork, first }]) => ({ kind, count, byNetwork, first }))
      .sort((a, b) => b.count - a.count);
  }

  #row(kind: string): Row {
    const name = this.#rows.has(kind) || this.#rows.size < LEDGER_KINDS_LIMIT ? kind : OTHER_KINDS;
    let row = this.#rows.get(name);
    if (!row) {
      row = { count: 0, byNetwork: new Map(), first: [] };
      this.#rows.set(name, row);
    }
    return row;
  }
}
