// What the client takes from whoever embeds it: where cues come from, and time.

/** One event as it came: `cue` with a cue's JSON, `lost` with the numbers that are not to be had; others say nothing. */
export interface CueEvent {
  readonly event: string;
  readonly text: string;
}

/** Where cues come from. It owns the connection: it comes back by itself after a break. */
export interface CueSource {
  /**
   * Tells events until the returned function is called. Each time it connects it asks `lastSeq()`, and has to tell every
   * cue beyond that number; 0 means that none has come yet. Telling one twice does no harm.
   */
  listen(lastSeq: () => number, heard: (event: CueEvent) => void): () => void;
  /** The text of one numbered object. Rejects when it cannot be had. */
  ask(seq: number): Promise<string>;
}

/** Time. Monotonic readings are those in which frames are announced. */
export interface CueClock {
  /** Monotonic ms. */
  monotonic(): number;
  /** Calls `work` once after `delayMs`; the returned function takes it back. */
  after(delayMs: number, work: () => void): () => void;
  /** UTC, ms, where it is known well: frames and entries of the future are then not believed. */
  utc?(): number | null;
}
