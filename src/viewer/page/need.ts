// The least distance behind the camera that this viewer could hold: by how late its media came. Pure.

/** Arrivals of this long count, ms: a target that is lowered must have been possible for a while. */
export const NEED_WINDOW_MS = 20_000;

/** Nothing is said before arrivals of this long, ms. */
export const NEED_LEAST_MS = 5_000;

/** What decoding and display take after the bytes are in the buffer, with room for a frame that comes late, ms. */
export const NEED_MARGIN_MS = 120;

/** A player that joins, or goes on after a hole, loads what is old already: its first appends say nothing, ms. */
const JOINING_MS = 2_000;

/** A buffer's end that moves by more at once is a jump to another place, ms: two segments. */
const JUMP_MS = 3_840;

/** Appends of one track that are remembered: 20 s of one each 20 ms. */
const APPENDS_KEPT = 1_000;

/** Which buffer an append went to. */
export type Track = "video" | "audio";

interface Arrival {
  at: number;
  /** From the capture of the first frame that the append brought to its arrival, ms. */
  behindMs: number;
}

interface TrackArrivals {
  endMs: number;
  joinedAt: number;
  arrivals: Arrival[];
}

/** Follows the appends of both tracks. Instants are UTC ms by the page's clock. */
export class Need {
  readonly #tracks = new Map<Track, TrackArrivals>();

  /**
   * An append ended at `at`, and the track's buffer reaches to `endMs` (capture time). Until then it reached to where the
   * append before had left it: the frame after that place could not be shown earlier than `at`.
   */
  appended(track: Track, endMs: number, at: number): void {
    const known = this.#tracks.get(track);
    if (!known || Math.abs(endMs - known.endMs) > JUMP_MS) {
      this.#tracks.set(track, { endMs, joinedAt: at, arrivals: [] });
      return;
    }
    // A header, or a piece that was there already.
    if (endMs <= known.endMs) return;
    const behindMs = at - known.endMs;
    known.endMs = endMs;
    if (at - known.joinedAt < JOINING_MS) return;
    known.arrivals.push({ at, behindMs });
    const oldest = at - NEED_WINDOW_MS;
    while (known.arrivals.length > APPENDS_KEPT || (known.arrivals[0]?.at ?? at) < oldest)
      known.arrivals.shift();
  }

  /** The need at `now`, ms; null before there is enough to tell it. */
  ms(now: number): number | null {
    let most: number | null = null;
    for (const { arrivals, joinedAt } of this.#tracks.values()) {
      const recent = arrivals.filter(({ at }) => now - at <= NEED_WINDOW_MS);
      if (recent.length === 0 || now - joinedAt < JOINING_MS + NEED_LEAST_MS) return null;
      for (const { behindMs } of recent) most = Math.max(most ?? behindMs, behindMs);
    }
    return most === null ? null : most + NEED_MARGIN_MS;
  }

  /** Another player starts. */
  clear(): void {
    this.#tracks.clear();
  }
}
