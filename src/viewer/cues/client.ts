// Holds each cue until the viewer's own picture has reached it.
import { type Cue, type CueRefusal, cueRefusals, readCue, readLost, usefulMs } from "./cue.ts";
import {
  ANNOUNCED_LIMIT,
  ASK_AFTER_MS,
  ASKS_LIMIT,
  CAPTURE_AHEAD_LIMIT_MS,
  CUE_REACH_MS,
  DISPLAY_AHEAD_LIMIT_MS,
  LATE_MS,
} from "./limits.ts";
import { Numbers } from "./numbers.ts";
import { Passage } from "./passage.ts";
import type { CueClock, CueEvent, CueSource } from "./source.ts";
import { WaitingCues } from "./waiting.ts";

/**
 * How a cue is told. `on time`: with its frame. `late`: after it, and still worth showing. `past`: for a list only, since
 * its frame came before this viewer did, or too long ago for its kind.
 */
export type Timing = "on time" | "late" | "past";

/** A cue whose frame has been shown. */
export interface ToldCue {
  readonly cue: Cue;
  readonly timing: Timing;
  /** When its frame came on the screen, monotonic ms: the first one captured at its media time or later. */
  readonly frameAt: number;
  /** How long after that it is told, ms. */
  readonly lateMs: number;
}

export interface CueCounters {
  /** Cues told, whatever their timing. */
  told: number;
  /** Of those: later than {@link LATE_MS} after their frame, although the viewer was there. */
  late: number;
  /** Events whose number was known already. */
  again: number;
  /** Cues given up because too many waited. */
  dropped: number;
  /** Frames that cannot be: shown before they were captured, or without a number. */
  frames: number;
  /** Times that `tell` threw: the cue counts as told. */
  failed: number;
  /** Times that the entry began to count from one again. */
  renumbered: number;
}

export interface CueClientOptions {
  readonly clock: CueClock;
  /** Hears of each cue once, never before its frame is on the screen. */
  readonly tell: (told: ToldCue) => void;
}

/** One viewer's cues, over all their connections and players. */
export class CueClient {
  readonly counters: CueCounters = {
    told: 0,
    late: 0,
    again: 0,
    dropped: 0,
    frames: 0,
    failed: 0,
    renumbered: 0,
  };
  /** Texts that were no cue, by reason. */
  readonly refused: Record<CueRefusal, number>;
  readonly #clock: CueClock;
  readonly #tell: (told: ToldCue) => void;
  readonly #passage = new Passage();
  readonly #waiting = new WaitingCues();
  readonly #numbers = new Numbers();
  readonly #asks = new Map<number, number>();
  #source: CueSource | null = null;
  #leave = (): void => undefined;
  #asking: { cancel(): void } | null = null;
  /** Frames that are announced and not yet on the screen, in order. */
  #announced: { captureMs: number; displayAt: number }[] = [];
  #cancelDisplay: (() => void) | null = null;
  #turn = 0;

  constructor({ clock, tell }: CueClientOptions) {
    this.#clock = clock;
    this.#tell = tell;
    this.refused = Object.fromEntries(
      Object.keys(cueRefusals).map((reason) => [reason, 0]),
    ) as Record<CueRefusal, number>;
  }

  /** Numbers that never came although later ones did, and cues given up because too many waited. */
  get lost(): number {
    return this.#numbers.lost + this.counters.dropped;
  }

  /** Cues that wait for their frame. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Listens to `source` from now on, instead of the one before. What is known stays known. */
  follow(source: CueSource): void {
    this.#deafen();
    const turn = this.#turn;
    this.#source = source;
    this.#leave = source.listen(
      () => this.#numbers.highest,
      (event) => turn === this.#turn && this.#hear(event),
    );
    this.#askMissing();
  }

  /**
   * A frame is presented: captured at `captureMs` (UTC), on the screen at `displayAt` (monotonic), now or in a moment.
   * Called for each frame, or for as many as are known.
   */
  frame(captureMs: number, displayAt: number): void {
    const utc = this.#clock.utc?.() ?? Number.POSITIVE_INFINITY;
    const ahead = displayAt - this.#clock.monotonic();
    const real =
      Number.isFinite(captureMs) &&
      Number.isFinite(displayAt) &&
      captureMs <= utc + CAPTURE_AHEAD_LIMIT_MS;
    if (!real || ahead > DISPLAY_AHEAD_LIMIT_MS) {
      this.counters.frames += 1;
      return;
    }
    // Only the last one announced for an instant is on the screen then.
    this.#announced = this.#announced.filter((frame) => frame.displayAt < displayAt);
    this.#announced.push({ captureMs, displayAt });
    if (this.#announced.length > ANNOUNCED_LIMIT) this.#announced.shift();
    this.#display();
  }

  /** Listens no more and forgets what waits. May be called again. */
  close(): void {
    this.#deafen();
    this.#cancelDisplay?.();
    this.#cancelDisplay = null;
    this.#announced = [];
    this.#waiting.clear();
  }

  #deafen(): void {
    this.#turn += 1;
    this.#leave();
    this.#leave = () => undefined;
    this.#source = null;
    this.#asking?.cancel();
    this.#asking = null;
  }

  /** Takes every announced frame that is on the screen by now, and waits for the next. */
  #display(): void {
    this.#cancelDisplay?.();
    this.#cancelDisplay = null;
    const now = this.#clock.monotonic();
    const shown = this.#announced.filter(({ displayAt }) => displayAt <= now);
    this.#announced = this.#announced.slice(shown.length);
    for (const frame of shown) {
      this.#passage.show(frame);
      for (const cue of this.#waiting.due(frame.captureMs)) this.#pass(cue, frame.displayAt);
    }
    const [next] = this.#announced;
    // A timer may come a fraction early; then this looks again.
    if (next)
      this.#cancelDisplay = this.#clock.after(Math.max(0, next.displayAt - now), () =>
        this.#display(),
      );
  }

  #hear({ event, text }: CueEvent): void {
    if (event === "cue") this.#read(text, null);
    else if (event === "lost") {
      const lost = readLost(text);
      if (lost) this.#numbers.lose(lost.from, lost.to, lost.count ?? 0);
      else this.refused["bad-number"] += 1;
    }
    this.#askMissing();
  }

  #read(text: string, asked: number | null): void {
    const read = readCue(text, asked);
    if ("cue" in read) return this.#take(read.cue);
    this.refused[read.refused] += 1;
    // Its number is used up all the same: nothing better will come under it.
    if (read.seq !== null) this.#numbers.hear(read.seq, null);
  }

  #take(cue: Cue): void {
    const utc = this.#clock.utc?.() ?? Number.POSITIVE_INFINITY;
    if (cue.enteredMs > utc + CUE_REACH_MS) {
      this.refused["bad-time"] += 1;
      return;
    }
    const hearing = this.#numbers.hear(cue.seq, cue.enteredMs);
    if (hearing === "again") {
      this.counters.again += 1;
      return;
    }
    if (hearing === "renumbered") this.counters.renumbered += 1;
    const { present } = this.#passage;
    if (present && present.captureMs >= cue.mediaTimeMs) {
      this.#pass(cue, this.#passage.displayOf(cue.mediaTimeMs) ?? present.displayAt);
      return;
    }
    if (this.#waiting.add(cue)) this.counters.dropped += 1;
  }

  #pass(cue: Cue, frameAt: number): void {
    const { first, present } = this.#passage;
    const useful = usefulMs[cue.kind];
    const lateMs = Math.max(0, this.#clock.monotonic() - frameAt);
    const beforeUs = first !== null && cue.mediaTimeMs < first;
    const late = lateMs > LATE_MS && !beforeUs;
    const behindMs = (present?.captureMs ?? cue.mediaTimeMs) - cue.mediaTimeMs;
    const past = beforeUs || lateMs > useful || behindMs > useful;
    this.counters.told += 1;
    if (late) this.counters.late += 1;
    const timing: Timing = past ? "past" : late ? "late" : "on time";
    try {
      this.#tell({ cue, timing, frameAt, lateMs });
    } catch {
      // One cue that cannot be shown does not hold up the next.
      this.counters.failed += 1;
    }
  }

  /** Asks for missing numbers in a while, one after the other, each a few times. */
  #askMissing(): void {
    const source = this.#source;
    if (this.#asking || !source || this.#numbers.missing.length === 0) return;
    const asking = { cancel: (): void => undefined };
    this.#asking = asking;
    const mine = (): boolean => this.#asking === asking;
    asking.cancel = this.#clock.after(ASK_AFTER_MS, () => void this.#ask(source, mine));
  }

  async #ask(source: CueSource, mine: () => boolean): Promise<void> {
    const missing = this.#numbers.missing;
    for (const seq of this.#asks.keys()) if (!missing.includes(seq)) this.#asks.delete(seq);
    for (const seq of missing) {
      const asks = (this.#asks.get(seq) ?? 0) + 1;
      this.#asks.set(seq, asks);
      const text = await source.ask(seq).catch(() => null);
      if (!mine()) return;
      if (text !== null) this.#read(text, seq);
      if (asks >= ASKS_LIMIT) this.#numbers.giveUp(seq);
    }
    this.#asking = null;
    this.#askMissing();
  }
}
