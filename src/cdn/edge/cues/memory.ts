// What is told to who comes late or comes back: the last cues, and what is known to be lost among them.
import type { UtcMs } from "#base";
import { cueFrame, type Loss, lostFrame } from "./events.ts";
import type { FollowedCue } from "./follower.ts";
import { CUES_REPLAYED, REPLAYED_MS } from "./limits.ts";

/** One event of a stream. */
export interface Remembered {
  /** The last number that it speaks of. */
  readonly last: number;
  /** As everybody without a gate is told it: the number is its id. */
  readonly frame: Uint8Array;
  /** Null: a loss. */
  readonly cue: FollowedCue | null;
  readonly loss: Loss | null;
}

/** The event under another id than its own number. */
export function frameUnder(id: number, { last, frame, cue, loss }: Remembered): Uint8Array {
  if (id !== last && cue) return cueFrame(id, cue.json);
  return id !== last && loss ? lostFrame(id, loss) : frame;
}

export class CueMemory {
  #events: Remembered[] = [];
  /** Where the origin's run began. */
  #first = 0;
  /** Each number from here on is remembered, or is still to come. */
  #since = 0;

  /** Upstream is followed from this number on. */
  begin(first: number, from: number): void {
    if (this.#since === 0) this.#since = from;
    this.#first = first;
  }

  get since(): number {
    return this.#since;
  }

  /** The number after all that is remembered. */
  get next(): number {
    return (this.#events.at(-1)?.last ?? this.#since - 1) + 1;
  }

  cue(cue: FollowedCue, now: UtcMs): Remembered {
    const { seq, json } = cue;
    return this.#add({ last: seq, frame: cueFrame(seq, json), cue, loss: null }, now);
  }

  lost(loss: Loss, now: UtcMs): Remembered {
    return this.#add({ last: loss.to, frame: lostFrame(loss.to, loss), cue: null, loss }, now);
  }

  /** Of these numbers on. */
  after(from: number): readonly Remembered[] {
    return this.#events.filter(({ last }) => last >= from);
  }

  /** The number of the first cue whose media time is this late, or the next one. */
  recent(sinceMs: number): number {
    const found = this.#events.find(({ cue }) => cue !== null && cue.mediaTimeMs >= sinceMs);
    return found?.last ?? this.next;
  }

  /** What is missing for one who wants all from a number on; null: nothing. */
  missing(from: number): Loss | null {
    if (from >= this.#since) return null;
    const to = this.#since - 1;
    return { from, to, count: from >= this.#first ? this.#since - from : null };
  }

  #add(event: Remembered, now: UtcMs): Remembered {
    this.#events.push(event);
    while (this.#events.length > CUES_REPLAYED || this.#outlived(now)) {
      const gone = this.#events.shift();
      if (gone) this.#since = gone.last + 1;
    }
    return event;
  }

  #outlived(now: UtcMs): boolean {
    const cue = this.#events[0]?.cue;
    return cue !== undefined && cue !== null && cue.mediaTimeMs < now - REPLAYED_MS;
  }
}
