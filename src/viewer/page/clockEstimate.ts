// How far this machine's clock is from the edge's, out of exchanges of one request and one answer. Pure.

/** Exchanges that are remembered: with one every 10 s, the last four minutes and the burst at the start. */
export const SAMPLES_KEPT = 32;

/** A sample older than this is forgotten, ms: clocks drift. */
export const SAMPLE_AGE_LIMIT_MS = 300_000;

/** One exchange. `sentAt` and `receivedAt` are readings of one local clock, `serverUtcMs` the other's between them. */
export interface ClockSample {
  sentAt: number;
  receivedAt: number;
  serverUtcMs: number;
}

/** The offset to add to the local clock, and the bound on its error: half the least round trip. */
export interface ClockOffset {
  offsetMs: number;
  errorMs: number;
}

/** Keeps the exchanges of least round trip: only they say much about the other clock. */
export class ClockEstimate {
  #samples: ClockSample[] = [];

  /** Takes one exchange; one that ends before it starts, or holds no number, is passed over. */
  add(sample: ClockSample): void {
    const roundTrip = sample.receivedAt - sample.sentAt;
    if (!(roundTrip >= 0) || !Number.isFinite(sample.serverUtcMs)) return;
    const oldest = sample.receivedAt - SAMPLE_AGE_LIMIT_MS;
    this.#samples = this.#samples.filter((kept) => kept.receivedAt >= oldest);
    this.#samples.push(sample);
    if (this.#samples.length > SAMPLES_KEPT) this.#samples.shift();
  }

  /** Forgets all, when another edge is asked from now on. */
  clear(): void {
    this.#samples = [];
  }

  /** The best estimate, or null before the first exchange. */
  get best(): ClockOffset | null {
    let best: ClockSample | null = null;
    const roundTrip = (sample: ClockSample): number => sample.receivedAt - sample.sentAt;
    for (const sample of this.#samples)
      if (!best || roundTrip(sample) <= roundTrip(best)) best = sample;
    if (!best) return null;
    return {
      offsetMs: best.serverUtcMs - (best.sentAt + best.receivedAt) / 2,
      errorMs: roundTrip(best) / 2,
    };
  }
}
