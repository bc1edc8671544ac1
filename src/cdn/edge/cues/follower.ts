// Follows the cues of one channel, number by number: over failures, over restarts of the origin, and never past a number
// without a word.
import { elapsed, ms, RegistaError, sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import type { Log } from "#base/log";
import {
  cueEnvelopeSchema,
  type CueIndex,
  cueIndexPath,
  cueIndexSchema,
  cuePath,
  parseJson,
} from "#protocol";
import type { CueTally } from "./counters.ts";
import type { Loss } from "./events.ts";
import type { Inquire } from "./inquiry.ts";
import { AHEAD, CUES_REPLAYED, PAUSE_MS, QUICK_MS } from "./limits.ts";

/** A cue as a carrier knows it: its number, its instant, and a line of JSON. */
export interface FollowedCue {
  readonly seq: number;
  readonly mediaTimeMs: number;
  readonly json: string;
}

/** Who hears of it, in the order of numbers. */
export interface FollowerListener {
  /** Upstream was heard: each number from `from` on will be told. `first` is where the origin's run began. */
  began(first: number, from: number): void;
  cue(cue: FollowedCue): void;
  lost(loss: Loss): void;
  /** Upstream knows no cues of this channel; nothing more comes. */
  absent(): void;
}

export interface FollowerParts {
  readonly channel: string;
  readonly inquire: Inquire;
  readonly tally: CueTally;
  readonly listener: FollowerListener;
  readonly clock: Clock;
  readonly log: Log;
}

export class Follower {
  readonly #parts: FollowerParts;
  readonly #end = new AbortController();
  /** The number that is wanted next; null before upstream was heard. */
  #next: number | null = null;
  /** Numbers below it exist. */
  #known = 0;
  #pauseMs: number = PAUSE_MS.first;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    void this.#run().catch((failure: unknown) => {
      const { log, channel } = this.#parts;
      log.error({ channel, why: sentenceOf(failure) }, "cues are not followed any more");
    });
  }

  close(): void {
    this.#end.abort();
  }

  get #over(): boolean {
    return this.#end.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      if (!(await this.#readIndex())) await this.#pause();
      else while (!this.#over && (await this.#goOn()));
    }
  }

  /** Whether upstream told where it stands. */
  async #readIndex(): Promise<boolean> {
    const { channel, inquire, tally, listener } = this.#parts;
    const { status, text } = await inquire(cueIndexPath(channel), this.#end.signal);
    if (this.#over) return false;
    if (status === 404 && this.#next === null) {
      this.close();
      listener.absent();
      return false;
    }
    const index = status === 200 ? indexOf(text) : null;
    if (index) this.#stand(index);
    else tally.count("failures");
    return index !== null;
  }

  #stand({ first, oldest, next }: CueIndex): void {
    const { listener, tally } = this.#parts;
    this.#known = next;
    const wanted = this.#next;
    if (wanted === null) {
      this.#next = Math.max(oldest, next - CUES_REPLAYED);
      return listener.began(first, this.#next);
    }
    if (oldest <= wanted) return;
    this.#next = oldest;
    const anew = first > wanted;
    if (anew) tally.count("anew");
    if (anew) listener.began(first, oldest);
    this.#lose({ from: wanted, to: oldest - 1, count: anew ? null : oldest - wanted });
  }

  /** Asks for what comes next; whether to go on in the same way: else the index has to be read. */
  async #goOn(): Promise<boolean> {
    const { channel, inquire, clock } = this.#parts;
    const wanted = this.#next as number;
    const count = Math.min(Math.max(this.#known - wanted, 1), AHEAD);
    const held = wanted >= this.#known;
    const askedAt = clock.monotonic();
    const numbers = Array.from({ length: count }, (_, ahead) => wanted + ahead);
    const answers = await Promise.all(
      numbers.map((seq) => inquire(cuePath(channel, seq), this.#end.signal)),
    );
    const quick = elapsed(askedAt, clock.monotonic()) < QUICK_MS;
    for (const { status, text } of answers) {
      if (this.#over) return false;
      if (status === 200 && this.#take(text)) continue;
      await this.#without(status, quick);
      return false;
    }
    // One that was there already may not be the only one.
    return !held || !quick;
  }

  /** Tells of the next number; false: what came is no cue, and upstream has not said that there is one. */
  #take(text: string): boolean {
    const seq = this.#next as number;
    const { tally, listener } = this.#parts;
    const cue = cueOf(seq, text);
    if (!cue) tally.count("malformed");
    if (!cue && seq >= this.#known) return false;
    this.#pauseMs = PAUSE_MS.first;
    this.#next = seq + 1;
    if (cue) {
      tally.count("followed");
      listener.cue(cue);
    } else this.#lose({ from: seq, to: seq, count: 1 });
    return true;
  }

  /** The next number did not come: a hold may have ended, or something fails. */
  async #without(status: number, quick: boolean): Promise<void> {
    const { tally } = this.#parts;
    if (status !== 404 && status !== 410) tally.count("failures");
    // A hold sets the pace; whatever came at once does not.
    if (quick || status === 0 || status >= 500) await this.#pause();
  }

  #lose(loss: Loss): void {
    this.#parts.tally.count("lost", loss.count ?? 0);
    this.#parts.listener.lost(loss);
  }

  async #pause(): Promise<void> {
    if (this.#over) return;
    const pause = ms(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MS.longest);
    await this.#parts.clock.sleep(pause, this.#end.signal);
  }
}

/** An object as the cue of this number; null: it is none. */
function cueOf(seq: number, text: string): FollowedCue | null {
  const envelope = read(() => parseJson("cue", cueEnvelopeSchema, text));
  if (envelope?.seq !== seq) return null;
  // On one line, however its origin wrote it; unknown fields stay.
  return { seq, mediaTimeMs: envelope.mediaTimeMs, json: JSON.stringify(JSON.parse(text)) };
}

const indexOf = (text: string): CueIndex | null => {
  const index = read(() => parseJson("cue index", cueIndexSchema, text));
  return index && index.first <= index.oldest && index.oldest <= index.next ? index : null;
};

function read<Value>(reading: () => Value): Value | null {
  try {
    return reading();
  } catch (failure) {
    if (failure instanceof RegistaError) return null;
    throw failure;
  }
}
