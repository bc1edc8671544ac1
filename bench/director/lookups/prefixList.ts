// A table as a list: prefixes of one family, each with a number for its value.
import type { Prefix } from "#network";

export interface Entry {
  readonly prefix: Prefix;
  /** Stands for the network. */
  readonly value: number;
}

export interface PrefixList {
  /** For rows: "full table". */
  readonly name: string;
  readonly family: 4 | 6;
  readonly entries: readonly Entry[];
}

/** What is asked of a table: addresses as four words each, side by side. */
export interface Questions {
  readonly words: Int32Array;
  readonly texts: readonly string[];
}

/** One that answers: ours, or a comparator. Each has its loop of its own, so that none pays for a call that another one needs. */
export interface Contender {
  /** Null: ours. */
  readonly name: string | null;
  readonly bytes: number;
  /** The value of the longest prefix that covers the address; -1: none. */
  find(w0: number, w1: number, w2: number, w3: number): number;
  /** How many of these addresses, four words each, are covered by a prefix. */
  covered(words: Int32Array): number;
}
