// What one picture hands to the next: since when things are as they are, and what has happened.
import type { Mark } from "../picture.ts";

export interface Memory {
  /** For each row, block and finding: its state in a word, and since when. */
  readonly states: ReadonlyMap<string, { readonly word: string; readonly since: number }>;
  /** Stalls of each session at the last picture. */
  readonly stalls: ReadonlyMap<string, number>;
  /** Sessions of each edge in the last seconds that it was up, with when they were seen there last, UTC ms. */
  readonly sessionsOf: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** How often the encoder had been replaced at the last picture; null before the first word of it. */
  readonly replacements: number | null;
  readonly replacedAt: number | null;
  readonly stalledAt: number | null;
  readonly marks: readonly Mark[];
}

export const emptyMemory: Memory = {
  states: new Map(),
  stalls: new Map(),
  sessionsOf: new Map(),
  replacements: null,
  replacedAt: null,
  stalledAt: null,
  marks: [],
};

/** Tells since when each thing is in its state, out of the last picture's memory, and remembers it for the next. */
export class Since {
  readonly states = new Map<string, { word: string; since: number }>();
  readonly #before: Memory["states"];
  readonly #at: number;

  constructor(before: Memory["states"], at: number) {
    this.#before = before;
    this.#at = at;
  }

  /** Since when `key` is `word`; `known`, where the thing itself tells when it began. */
  of(key: string, word: string, known?: number): number {
    const before = this.#before.get(key);
    const since = known ?? (before?.word === word ? before.since : this.#at);
    this.states.set(key, { word, since });
    return since;
  }

  /** What `key` was in the last picture; null when it was not in it. */
  before(key: string): string | null {
    return this.#before.get(key)?.word ?? null;
  }
}
