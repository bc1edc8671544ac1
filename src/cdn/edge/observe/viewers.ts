// Who is watching: sessions by their last request.
import type { MonoMs } from "#base";
import { VIEWER_SEEN_MS, VIEWERS_LIMIT } from "../limits.ts";

/**
 * Sessions and when each asked last. Requests come by the ten thousand a second, and each touches one entry; all are looked
 * through only when they are counted. Beyond the limit new ones are counted as overlooked.
 */
export class Viewers {
  readonly #seen = new Map<string, number>();
  #overlooked = 0;

  saw(session: string, at: MonoMs): void {
    if (this.#seen.size >= VIEWERS_LIMIT && !this.#seen.has(session)) this.#overlooked++;
    else this.#seen.set(session, at);
  }

  /** Sessions seen within the last {@link VIEWER_SEEN_MS}; forgets the others. */
  count(now: MonoMs): number {
    for (const [session, at] of this.#seen)
      if (now - at > VIEWER_SEEN_MS) this.#seen.delete(session);
    return this.#seen.size;
  }

  /** Requests of sessions that there was no room to count. */
  get overlooked(): number {
    return this.#overlooked;
  }
}
