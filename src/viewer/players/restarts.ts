// When a player is started anew on another edge: the last resort, after its own way to the other edge has failed.

/** No new frame for this long although the person wants to watch, ms. A player's own change of edge takes less than 2 s. */
export const FROZEN_MS = 4_000;

/** Wait before the first restart after a player gave up, ms; doubled each time up to the next one. */
export const FIRST_WAIT_MS = 250;
export const LONGEST_WAIT_MS = 4_000;

/** So long after a restart without trouble the waits begin anew, ms. */
export const CALM_MS = 15_000;

/** Decides on restarts. Pure: instants are monotonic readings, handed in. */
export class Restarts {
  #attempts = 0;
  #startedAt: number;
  #frameAt: number | null = null;
  #dueAt: number | null = null;

  /** The player was started at `now`. */
  constructor(now: number) {
    this.#startedAt = now;
  }

  /** Restarts since the last calm. */
  get attempts(): number {
    return this.#attempts;
  }

  /** A new frame was presented. */
  frame(now: number): void {
    this.#frameAt = now;
    if (now - this.#startedAt > CALM_MS) this.#attempts = 0;
  }

  /** The person paused, or the page was hidden: no frame is expected. */
  idle(now: number): void {
    this.#frameAt = now;
    this.#startedAt = now;
  }

  /** The player cannot go on. */
  fatal(now: number): void {
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(this.#attempts, 10));
    this.#dueAt ??= now + wait;
  }

  /** Whether to start anew now; if so, that start is taken as made. */
  due(now: number): boolean {
    const since = Math.max(this.#frameAt ?? this.#startedAt, this.#startedAt);
    const patience = Math.min(FROZEN_MS * 2 ** Math.min(this.#attempts, 2), FROZEN_MS * 4);
    const frozen = now - since > patience;
    if (!frozen && (this.#dueAt === null || now < this.#dueAt)) return false;
    this.#attempts += 1;
    this.#startedAt = now;
    this.#dueAt = null;
    return true;
  }
}
