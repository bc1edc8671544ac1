// Which numbers have been heard, and which have not although later ones have. Cues of one run of the
// entry are numbered without a gap; a later run begins far above.
import { LOST_AT_ONCE_LIMIT, MISSING_LIMIT, NUMBERS_KEPT } from "./limits.ts";

/** What a number that comes is: new, known already, or the first after the entry began to count anew. */
export type Hearing = "new" | "again" | "renumbered";

/** Remembers the last {@link NUMBERS_KEPT} numbers. */
export class Numbers {
  /** Number → when its cue was entered; null for a number whose cue could not be read. */
  #heard = new Map<number, number | null>();
  /** The same of the numbering before this one. */
  #heardBefore: ReadonlyMap<number, number | null> = new Map();
  readonly #missing = new Set<number>();
  #highest = 0;
  /** The latest entry so far: a lower number that was entered later counts from one again. */
  #enteredMs = 0;
  #lost = 0;

  /** The highest number heard; 0 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /** Numbers below the highest that have not come, the oldest first. */
  get missing(): readonly number[] {
    return [...this.#missing].sort((one, other) => one - other);
  }

  /** Numbers that were given up. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes a number that came; `enteredMs` null where its cue could not be read. */
  hear(seq: number, enteredMs: number | null): Hearing {
    // A text that is no cue does not say how far the numbers have come.
    if (enteredMs === null && seq > this.#highest + MISSING_LIMIT) return "new";
    if (this.#heardBefore.has(seq) && this.#heardBefore.get(seq) === enteredMs) return "again";
    const anew = enteredMs !== null && seq <= this.#highest && enteredMs > this.#enteredMs;
    if (anew) this.#countAnew();
    else if (this.#heard.has(seq) || seq <= this.#highest - NUMBERS_KEPT) return "again";
    if (this.#highest > 0 && seq > this.#highest + 1) this.#miss(this.#highest + 1, seq);
    this.#missing.delete(seq);
    this.#heard.set(seq, enteredMs);
    this.#highest = Math.max(this.#highest, seq);
    this.#enteredMs = Math.max(this.#enteredMs, enteredMs ?? 0);
    if (this.#heard.size > 2 * NUMBERS_KEPT) this.#prune();
    return anew ? "renumbered" : "new";
  }

  /** A missing number could not be had. Should it come after all, it is new. */
  giveUp(seq: number): void {
    if (this.#missing.delete(seq)) this.#lost += 1;
  }

  #countAnew(): void {
    for (const seq of this.#missing) this.giveUp(seq);
    this.#heardBefore = this.#heard;
    this.#heard = new Map();
    this.#highest = 0;
  }

  /** Numbers `from` to `to` are not to be had; `count` of them were cues. Those that were heard stay so. */
  lose(from: number, to: number, count: number): void {
    for (const seq of this.#missing) if (from <= seq && seq <= to) this.#missing.delete(seq);
    this.#lost += Math.min(count, LOST_AT_ONCE_LIMIT);
    if (this.#highest > 0 && from > this.#highest + 1) this.#miss(this.#highest + 1, from);
    this.#highest = Math.max(this.#highest, to);
  }

  /** The numbers from `from` to before `to` have not come. */
  #miss(from: number, to: number): void {
    // So wide a gap lies between two runs of the entry, not between two cues.
    if (to - from > LOST_AT_ONCE_LIMIT) return;
    const asked = Math.max(from, to - MISSING_LIMIT);
    this.#lost += asked - from;
    for (let seq = asked; seq < to; seq += 1) this.#missing.add(seq);
    for (const seq of this.missing.slice(0, -MISSING_LIMIT)) this.giveUp(seq);
  }

  #prune(): void {
    const least = this.#highest - NUMBERS_KEPT;
    for (const seq of this.#heard.keys()) if (seq <= least) this.#heard.delete(seq);
  }
}
