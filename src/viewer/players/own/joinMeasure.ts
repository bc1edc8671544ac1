// What the line carries, by what was there already when a join began: it came as fast as the line gave it. Pure.

/** A part that came. Instants are monotonic ms. */
interface Came {
  readonly kind: string;
  readonly part: number;
  readonly bytes: number;
  readonly cameAt: number;
}

/** Sums up one join, sound and picture together. */
export class JoinMeasure {
  readonly #askedAt: number;
  readonly #newest: number;
  #bytes = 0;
  #done = false;

  /** `newest` is the last part that could be answered when the join was asked for. */
  constructor(asked: { at: number; newest: number }) {
    this.#askedAt = asked.at;
    this.#newest = asked.newest;
  }

  /** Takes a part; once, when the picture has come as far as it was there, all bytes and their time, round trip included. */
  part({ kind, part, bytes, cameAt }: Came): { bytes: number; tookMs: number } | null {
    if (this.#done || part > this.#newest) return null;
    this.#bytes += bytes;
    if (kind !== "video" || part < this.#newest) return null;
    this.#done = true;
    return { bytes: this.#bytes, tookMs: cameAt - this.#askedAt };
  }
}
