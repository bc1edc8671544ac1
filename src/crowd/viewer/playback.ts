// The playhead of a viewer: plays what is there, stands still when nothing is, and keeps its distance from the camera. Pure:
// every moment is handed in. Media time is capture time, UTC ms; moments are on the monotonic clock.
import {
  JUMP_BEYOND_MS,
  RATE_DEAD_BAND_MS,
  RATE_GAIN,
  RATE_MAX,
  RATE_MIN,
  RESUME_PARTS,
} from "./limits.ts";

/** The media that a viewer has, of all its tracks together. */
export interface Buffered {
  startMs: number;
  endMs: number;
}

export class Playback {
  /** How far behind capture it wants to be, ms. */
  targetMs: number;
  readonly #partMs: number;
  #state: "waiting" | "playing" | "stalled" = "waiting";
  #positionMs = 0;
  #endMs = 0;
  #at = 0;
  #rate = 1;
  #stalledAt = 0;

  constructor(settings: { targetMs: number; partMs: number }) {
    this.targetMs = settings.targetMs;
    this.#partMs = settings.partMs;
  }

  get begun(): boolean {
    return this.#state !== "waiting";
  }
  get playing(): boolean {
    return this.#state === "playing";
  }
  get rate(): number {
    return this.#rate;
  }
  /** Capture time of what is shown. */
  get positionMs(): number {
    return this.#positionMs;
  }
  /** Media ahead of the playhead, ms. */
  get bufferMs(): number {
    return this.begun ? Math.max(0, this.#endMs - this.#positionMs) : 0;
  }

  /**
   * Begins, when there is a part to play at `wantedMs` or, when media begins later, there. A playhead that could be nearer
   * to its target by now begins there. True when it plays.
   */
  begin(
    media: Readonly<Buffered>,
    wantedMs: number,
    moment: { now: number; utcMs: number },
  ): boolean {
    const from = Math.max(wantedMs, media.startMs);
    if (media.endMs - from < this.#partMs) return false;
    const near = Math.min(moment.utcMs - this.targetMs, media.endMs - this.#partMs);
    this.#positionMs = Math.max(from, near);
    this.#endMs = media.endMs;
    this.#at = moment.now;
    this.#state = "playing";
    return true;
  }

  /** Plays on until `now`, with media until `endMs`: stands still from where that ended. */
  run(endMs: number, now: number): void {
    this.#endMs = endMs;
    const passed = now - this.#at;
    this.#at = now;
    if (this.#state !== "playing") return;
    this.#positionMs += passed * this.#rate;
    if (this.#positionMs <= endMs) return;
    // A track that was emptied to jump has no media at all: the playhead stays where it was, and stands still since then.
    const beyond = Math.min(this.#positionMs - endMs, passed * this.#rate);
    this.#positionMs -= beyond;
    this.#stalledAt = now - beyond / this.#rate;
    this.#state = "stalled";
  }

  /** More media, at the moment of the last `run`. Tells when it plays again, and how much it passed over to do so. */
  extend(media: Readonly<Buffered>): { stalledMs: number; skippedMs: number } | null {
    this.#endMs = media.endMs;
    if (this.#state !== "stalled") return null;
    const from = Math.max(this.#positionMs, media.startMs);
    if (media.endMs - from < RESUME_PARTS * this.#partMs) return null;
    const skippedMs = from - this.#positionMs;
    this.#positionMs = from;
    this.#state = "playing";
    return { stalledMs: this.#at - this.#stalledAt, skippedMs };
  }

  /** How long it has stood still by the last `run`, ms. */
  get stalledMs(): number {
    return this.#state === "stalled" ? this.#at - this.#stalledAt : 0;
  }

  /** Capture to play at the moment of the last `run`, ms. */
  latencyMs(utcMs: number): number {
    return utcMs - this.#positionMs;
  }

  /**
   * Sets the rate by the distance from the target. Farther behind than a rate can mend, it jumps as far as its media allows:
   * returns what was passed over.
   */
  control(utcMs: number): number {
    const behindMs = this.latencyMs(utcMs) - this.targetMs;
    this.#rate = this.#rateFor(behindMs);
    if (this.#state !== "playing" || behindMs < JUMP_BEYOND_MS) return 0;
    const to = Math.min(utcMs - this.targetMs, this.#endMs - this.#partMs);
    const skippedMs = Math.max(0, to - this.#positionMs);
    this.#positionMs += skippedMs;
    return skippedMs;
  }

  #rateFor(behindMs: number): number {
    if (Math.abs(behindMs) < RATE_DEAD_BAND_MS) return 1;
    const rate = Math.min(RATE_MAX, Math.max(RATE_MIN, 1 + (RATE_GAIN * behindMs) / 1_000));
    // With less than a part ahead, to hurry is to stand still.
    return rate > 1 && this.bufferMs < this.#partMs ? 1 : rate;
  }
}
