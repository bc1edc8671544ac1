// Calls once for every frame of the grid, at its instant or as soon after as the process can.
import { type Closable, ms, utcMs, type UtcMs } from "#base";
import type { Clock, Timer } from "#base/clock";

/** One frame of the grid. */
export interface Tick {
  /** Frame number since the epoch. */
  readonly frame: number;
  /** When it is due: `frame` / fps. */
  readonly instant: UtcMs;
  /** True when a later frame is due already: nothing new should be painted for this one. */
  readonly late: boolean;
}

/** What a ticker tells. */
export interface TickListener {
  tick(tick: Tick): void;
  /** The clock moved on by more than may be made up: `missed` frames will never be asked for. */
  jumped(missed: number): void;
}

/**
 * Numbers are never skipped nor repeated: after a stall of this process the frames missed are called for at once, so
 * that frame N always means the instant N / fps. Only beyond `catchUp` frames it jumps, and says so. A clock that steps
 * back is waited for.
 */
export class Ticker implements Closable {
  readonly #clock: Clock;
  readonly #frameMs: number;
  readonly #catchUp: number;
  readonly #listener: TickListener;
  #next: number;
  #timer: Timer | null = null;

  constructor(options: { fps: number; catchUpMs: number }, listener: TickListener, clock: Clock) {
    this.#clock = clock;
    this.#frameMs = 1000 / options.fps;
    this.#catchUp = Math.floor(options.catchUpMs / this.#frameMs);
    this.#listener = listener;
    this.#next = this.#due() + 1;
    this.#arm();
  }

  close(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    return Promise.resolve();
  }

  #due(): number {
    return Math.floor(this.#clock.utc() / this.#frameMs);
  }

  #arm(): void {
    // A timer may fire up to a millisecond early; waking twice is cheaper than waking late.
    const wait = Math.max(0, this.#next * this.#frameMs - this.#clock.utc());
    this.#timer = this.#clock.after(ms(Math.min(wait, this.#frameMs)), () => this.#wake());
  }

  #wake(): void {
    const due = this.#due();
    const missed = due - this.#next - this.#catchUp;
    if (missed > 0) {
      this.#next += missed + this.#catchUp;
      this.#listener.jumped(missed + this.#catchUp);
    }
    while (this.#next <= due && this.#timer) {
      const frame = this.#next++;
      this.#listener.tick({ frame, instant: utcMs(frame * this.#frameMs), late: frame < due });
    }
    if (this.#timer) this.#arm();
  }
}
