// One kind of request: who asked and who was let in over the last second, and how much each may.
import { BURST, NETWORK_ROWS, OVERSHOOT, PREFIX_ROWS, SLOTS } from "./limits.ts";
import { levelOf } from "./maxMin.ts";
import type { ShedReason } from "./shedReasons.ts";
import { SlidingRows } from "./slidingRows.ts";

/** Where a request counts. */
export interface Rows {
  readonly network: number;
  readonly prefix: number;
}

const FREE = Number.POSITIVE_INFINITY;

/** Whether a row has had `level` in the last second, or its part of it in this slot. */
const isUsedUp = (rows: SlidingRows, row: number, level: number): boolean =>
  rows.of(row) >= level || rows.lately(row) >= Math.max(1, (BURST * level) / SLOTS);

export class ShareBook {
  /** By network. */
  readonly asked = new SlidingRows(NETWORK_ROWS);
  readonly #let = new SlidingRows(NETWORK_ROWS);
  readonly #askedPrefix = new SlidingRows(PREFIX_ROWS);
  readonly #letPrefix = new SlidingRows(PREFIX_ROWS);
  /** Whose prefix counted in a row last. */
  readonly #owner = new Uint16Array(PREFIX_ROWS);
  /** What a prefix of each network may, a second. */
  readonly #prefixLevel = new Float64Array(NETWORK_ROWS).fill(FREE);
  #networkLevel = FREE;
  #most = FREE;

  ask({ network, prefix }: Rows): void {
    this.asked.count(network);
    this.#askedPrefix.count(prefix);
    this.#owner[prefix] = network;
  }

  letIn({ network, prefix }: Rows): void {
    this.#let.count(network);
    this.#letPrefix.count(prefix);
  }

  /** Why a request may not pass by the shares worked out last; null: it may. */
  refusal({ network, prefix }: Rows): ShedReason | null {
    const prefixLevel = this.#prefixLevel[network] as number;
    if (isUsedUp(this.#letPrefix, prefix, prefixLevel)) return "prefix";
    // Where prefixes have less than one each, their shares do not hold the network's.
    const networkLevel = prefixLevel < 1 ? this.#networkLevel : OVERSHOOT * this.#networkLevel;
    if (isUsedUp(this.#let, network, networkLevel)) return "network";
    return this.#let.total >= this.#most ? "rate" : null;
  }

  /** Works out who may how much of `amount` a second; `most` holds whatever comes until this is done again. */
  share({ amount, most }: { amount: number; most: number }): void {
    this.#most = most;
    const networks: number[] = [];
    for (let row = 0; row < NETWORK_ROWS; row += 1)
      if (this.asked.of(row) > 0) networks.push(this.asked.of(row));
    const level = levelOf(networks, amount);
    this.#networkLevel = level;
    this.#prefixLevel.fill(FREE);
    if (level !== FREE) this.#sharePrefixes(level);
  }

  #sharePrefixes(level: number): void {
    const demands = new Map<number, number[]>();
    for (let row = 0; row < PREFIX_ROWS; row += 1) {
      const demand = this.#askedPrefix.of(row);
      const network = this.#owner[row] as number;
      if (demand === 0 || this.asked.of(network) <= level) continue;
      const known = demands.get(network);
      if (known) known.push(demand);
      else demands.set(network, [demand]);
    }
    for (const [network, own] of demands) this.#prefixLevel[network] = levelOf(own, level);
  }

  advance(passed: number): void {
    for (const rows of [this.asked, this.#let, this.#askedPrefix, this.#letPrefix])
      rows.advance(passed);
  }

  /** Prefixes are spread over the rows anew. */
  forgetPrefixes(): void {
    this.#askedPrefix.clear();
    this.#letPrefix.clear();
    this.#prefixLevel.fill(FREE);
  }
}
