// Leaves a request whose bytes have stopped. dash.js reads growing segments with fetch, where its own time-outs do not
// reach (its progress time-out starts at the first byte, and cannot abort a fetch); a hung edge would hold the player.

/** A growing segment brings a part each 320 ms; two and the way there may pass without a byte, ms. */
export const SILENCE_LIMIT_MS = 700;

/** Looks come at least this often unless the page itself stood still; what stood still heard nothing, ms. */
const STANDSTILL_MS = 150;

/** Requests under watch at most; a player has two under way. */
const REQUESTS_LIMIT = 16;

interface Watched {
  heardAt: number;
  readonly limitMs: number;
}

/** Watches requests for silence. Pure: instants are handed in. */
export class ByteGuard<Request extends object> {
  readonly #watched = new Map<Request, Watched>();
  #lookedAt = Number.NaN;

  /** A request was sent, and may be silent for `limitMs`. */
  sent(request: Request, now: number, limitMs = SILENCE_LIMIT_MS): void {
    if (this.#watched.size >= REQUESTS_LIMIT) {
      const [oldest] = this.#watched.keys();
      if (oldest) this.#watched.delete(oldest);
    }
    this.#watched.set(request, { heardAt: now, limitMs });
  }

  /** Bytes of it came. */
  heard(request: Request, now: number): void {
    const watched = this.#watched.get(request);
    if (watched) watched.heardAt = now;
  }

  /** It ended, in whatever way. */
  ended(request: Request): void {
    this.#watched.delete(request);
  }

  /** The requests that have been silent for longer than they may at `now`; each is told once. */
  silent(now: number): Request[] {
    const stood = now - this.#lookedAt;
    this.#lookedAt = now;
    const found: Request[] = [];
    for (const [request, watched] of this.#watched) {
      if (stood > STANDSTILL_MS) watched.heardAt = Math.min(now, watched.heardAt + stood);
      if (now - watched.heardAt > watched.limitMs) found.push(request);
    }
    for (const request of found) this.#watched.delete(request);
    return found;
  }
}
