// Leaves a request whose bytes have stopped. dash.js reads growing segments with fetch, where its own time-outs do not
// reach (its progress time-out starts at the first byte, and cannot abort a fetch); a hung edge would hold the player.

/** A growing segment brings a part each 320 ms; two and the way there may pass without a byte, ms. */
export const SILENCE_LIMIT_MS = 700;

/** Looks come at least this often unless the page itself stood still; what stood still heard nothing, ms. */
const STANDSTILL_MS = 150;

/** Requests under watch at most; a player has two under way. */
const REQUESTS_LIMIT = 16;

/** Watches requests for silence. Pure: instants are handed in. */
export class ByteGuard<Request extends object> {
  readonly #heardAt = new Map<Request, number>();
  #lookedAt = Number.NaN;

  /** A request was sent. */
  sent(request: Request, now: number): void {
    if (this.#heardAt.size >= REQUESTS_LIMIT) {
      const [oldest] = this.#heardAt.keys();
      if (oldest) this.#heardAt.delete(oldest);
    }
    this.#heardAt.set(request, now);
  }

  /** Bytes of it came. */
  heard(request: Request, now: number): void {
    if (this.#heardAt.has(request)) this.#heardAt.set(request, now);
  }

  /** It ended, in whatever way. */
  ended(request: Request): void {
    this.#heardAt.delete(request);
  }

  /** The requests that have been silent for more than `limitMs` at `now`; each is told once. */
  silent(now: number, limitMs = SILENCE_LIMIT_MS): Request[] {
    const stood = now - this.#lookedAt;
    this.#lookedAt = now;
    if (stood > STANDSTILL_MS)
      for (const [request, heardAt] of this.#heardAt)
        this.#heardAt.set(request, Math.min(now, heardAt + stood));
    const found: Request[] = [];
    for (const [request, heardAt] of this.#heardAt)
      if (now - heardAt > limitMs) found.push(request);
    for (const request of found) this.#heardAt.delete(request);
    return found;
  }
}
