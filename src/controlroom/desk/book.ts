// The last cues of the channel, whoever entered them: asked of the origin by its index, number by number.
import { type Closable, ms } from "#base";
import type { Clock } from "#base/clock";
import {
  type Cue,
  type CueIndex,
  cueIndexPath,
  cueIndexSchema,
  cuePath,
  cueSchema,
  parseJson,
} from "#protocol";
import { CUES_LISTED, POLL_PERIOD_MS } from "../limits.ts";
import { Party } from "../party.ts";

export interface CueBookOptions {
  readonly originUrl: string;
  readonly channel: string;
  /** Hears of each cue once. */
  readonly onCue: (cue: Cue) => void;
}

/** Follows the numbers of one channel and keeps the last {@link CUES_LISTED}. */
export class CueBook implements Closable {
  readonly #options: CueBookOptions;
  readonly #clock: Clock;
  readonly #index: Party<CueIndex>;
  readonly #timer: { cancel(): void };
  #cues: Cue[] = [];
  #next = 0;
  #round: Promise<void> | null = null;

  constructor(options: CueBookOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#index = this.#party(cueIndexPath(options.channel), readIndex);
    this.#timer = clock.every(ms(POLL_PERIOD_MS), () => void this.round());
  }

  /** The newest first. */
  get cues(): readonly Cue[] {
    return this.#cues.toReversed();
  }

  /** Why the origin tells no cues; null while it does. */
  get problem(): string | null {
    return this.#index.answer.problem;
  }

  /** Asks for what is new. A call while one is under way joins it. Never rejects. */
  round(): Promise<void> {
    this.#round ??= this.#ask().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  async close(): Promise<void> {
    this.#timer.cancel();
    await this.#round;
  }

  async #ask(): Promise<void> {
    await this.#index.ask();
    const { body, problem } = this.#index.answer;
    if (!body || problem !== null) return;
    // Numbers that went back are another origin's, or another clock's: its own are told from its oldest.
    if (body.next < this.#next) this.#next = 0;
    const from = Math.max(this.#next, body.oldest, body.next - CUES_LISTED);
    for (let seq = from; seq < body.next; seq += 1) {
      const object = this.#party(cuePath(this.#options.channel, seq), readCue);
      await object.ask();
      // One that cannot be had now is asked for in the next round, before those that follow it.
      if (object.answer.problem !== null) return;
      this.#next = seq + 1;
      if (object.answer.body) this.#take(object.answer.body);
    }
    this.#next = body.next;
  }

  #take(cue: Cue): void {
    this.#cues = [...this.#cues, cue].slice(-CUES_LISTED);
    this.#options.onCue(cue);
  }

  #party<Body>(path: string, read: (text: string) => Body): Party<Body> {
    return new Party(
      { url: this.#options.originUrl.replace(/\/+$/, "") + path, read },
      this.#clock,
    );
  }
}

const readIndex = (text: string): CueIndex => parseJson("cue index", cueIndexSchema, text);
const readCue = (text: string): Cue => parseJson("cue", cueSchema, text);
