// The media of one track that a viewer has: one stretch, checked to the sample for holes and repeats.
import type { FragmentFacts } from "./moof.ts";
import type { FaultKind } from "./reasons.ts";

/** The object that fragments are of. */
export interface Place {
  /** Its media, UTC ms: fragments of another time are of another object. */
  readonly startMs: number;
  readonly endMs: number;
  /** It was asked for before and broke: what is known may come again. */
  readonly again: boolean;
  /** It must begin where decoding can. */
  readonly independent: boolean;
}

type Tell = (kind: FaultKind, what: string) => void;

/** Times differ by rounding at most this much, ms. */
const ROUNDING_MS = 1;

export class Timeline {
  readonly #fault: Tell;
  #timescale = 1;
  /** UTC of media time 0, ms. */
  #zeroMs = 0;
  #begun = false;
  /** Where the next fragment belongs, ticks; -1 when anywhere will do. */
  #next = -1;
  #sequence = -1;
  #startMs = 0;
  #endMs = 0;
  /** The end of the fragment under way, ticks; -1 when it is known already. */
  #pending = -1;
  #growing: { readonly lagMs: number; readonly untilMs: number } | null = null;

  /** Holes count as played: the playhead passes over them in their time. */
  constructor(fault: Tell) {
    this.#fault = fault;
  }

  get begun(): boolean {
    return this.#begun;
  }
  /** Where its media begins, UTC ms. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Where its media ends, UTC ms. With scaled payloads a growing segment grows with time. */
  endAt(utcMs: number): number {
    if (!this.#growing) return this.#endMs;
    const { lagMs, untilMs } = this.#growing;
    return Math.max(this.#endMs, Math.min(untilMs, utcMs - lagMs));
  }

  /** Another header: a rung's. Sequence numbers begin anew, time does not. */
  track(timescale: number, zeroMs: number): void {
    if (this.#next >= 0 && timescale !== this.#timescale)
      this.#next = Math.round((this.#next / this.#timescale) * timescale);
    this.#timescale = timescale;
    this.#zeroMs = zeroMs;
    this.#sequence = -1;
  }

  /** Forgets the media: the next fragment begins a new stretch. */
  clear(): void {
    this.#begun = false;
    this.#next = -1;
    this.#sequence = -1;
    this.#endMs = 0;
    this.#growing = null;
  }

  /** A fragment begins: checks its place. `first`: of its object. */
  fragment(facts: Readonly<FragmentFacts>, place: Place, first: boolean): void {
    const { decodeTime, duration, sequence } = facts;
    const at = this.#msOf(decodeTime);
    const end = decodeTime + duration;
    this.#pending = end;
    if (at < place.startMs - ROUNDING_MS || at >= place.endMs)
      this.#fault("wrong-object", `media of ${at} in an object from ${place.startMs}`);
    if (first && place.independent && !facts.independent)
      this.#fault("not-independent", `at ${at}`);
    if (!this.#begun) this.#startMs = at;
    if (this.#next < 0) this.#sequence = sequence;
    else if (decodeTime > this.#next) {
      const missing = at - this.#msOf(this.#next);
      this.#fault("gap", `${missing.toFixed(1)} ms before ${at}`);
    } else if (decodeTime < this.#next) return this.#repeated(end, place, at);
    else if (this.#sequence >= 0 && sequence !== this.#sequence + 1 && sequence !== 0)
      this.#fault("wrong-sequence", `${sequence} after ${this.#sequence}`);
    this.#sequence = sequence;
  }

  #repeated(end: number, place: Place, at: number): void {
    if (!place.again) this.#fault("duplicate", `media of ${at}`);
    if (end <= this.#next) this.#pending = -1;
  }

  /** The fragment under way is whole: its media can be played. */
  fragmentEnd(): void {
    if (this.#pending < 0) return;
    this.#begun = true;
    this.#next = this.#pending;
    this.#endMs = this.#msOf(this.#next);
  }

  /**
   * A scaled object is there. Its time counts as there: all of it, or, of a segment that grows, so far as it lies `lagMs`
   * back.
   */
  credit(place: Place, lagMs: number | null): void {
    if (!this.#begun) this.#startMs = place.startMs;
    this.#begun = true;
    this.#endMs = lagMs === null ? place.endMs : Math.max(this.#endMs, place.startMs);
    this.#growing = lagMs === null ? null : { lagMs, untilMs: place.endMs };
    this.#next = -1;
  }

  /** Media that was declared missing up to there is passed over. */
  pass(place: { startMs: number; endMs: number }): void {
    this.#sequence = -1;
    if (!this.#begun) return;
    this.#endMs = place.endMs;
    if (this.#next >= 0)
      this.#next = Math.round(((place.endMs - this.#zeroMs) / 1_000) * this.#timescale);
  }

  #msOf(ticks: number): number {
    return this.#zeroMs + (ticks / this.#timescale) * 1_000;
  }
}
