// The cues of one channel: numbered, kept for a while, and waited for.
import type { UtcMs } from "#base";
import { type Cue, type CueEntry, type CueIndex, PROTOCOL_VERSION } from "#protocol";
import { CUE_BYTES_KEPT, CUES_KEPT } from "./limits.ts";

/** A cue with the bytes that everybody is given. */
export interface KeptCue {
  readonly cue: Cue;
  readonly body: Uint8Array;
}

/**
 * Numbers what is entered. A run begins with the UTC millisecond of its start: since fewer cues are entered than milliseconds
 * pass, no later run gives a number again, and whoever keeps a cue under its number may keep it for ever.
 */
export class CueLog {
  readonly #first: number;
  readonly #kept = new Map<number, KeptCue>();
  readonly #waiters = new Set<(kept: KeptCue | null) => void>();
  #next: number;
  #bytes = 0;

  constructor(startedAt: UtcMs) {
    this.#first = Math.floor(startedAt);
    this.#next = this.#first;
  }

  get index(): CueIndex {
    const oldest = this.#next - this.#kept.size;
    return { v: PROTOCOL_VERSION, first: this.#first, oldest, next: this.#next };
  }

  /** Who wait for the next one. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** Numbers an entry, keeps it, and gives it to all who wait. */
  add({ v, kind, mediaTimeMs, data }: CueEntry, now: UtcMs): KeptCue {
    const enteredMs = Math.floor(now);
    const seq = this.#next;
    const cue: Cue = { v, seq, mediaTimeMs: mediaTimeMs ?? enteredMs, kind, data, enteredMs };
    const kept = { cue, body: Buffer.from(JSON.stringify(cue)) };
    this.#next += 1;
    this.#kept.set(seq, kept);
    this.#bytes += kept.body.length;
    this.#makeRoom();
    this.#settle(kept);
    return kept;
  }

  /** The cue of this number; null when it is not kept. */
  find(seq: number): KeptCue | null {
    return this.#kept.get(seq) ?? null;
  }

  /** Calls `settle` once: with the next cue, or with null when the log is closed. Returns how to wait no longer. */
  awaitNext(settle: (kept: KeptCue | null) => void): () => void {
    this.#waiters.add(settle);
    return () => void this.#waiters.delete(settle);
  }

  /** Lets go of all who wait. */
  close(): void {
    this.#settle(null);
  }

  #settle(kept: KeptCue | null): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const settle of waiters) settle(kept);
  }

  #makeRoom(): void {
    for (const [seq, { body }] of this.#kept) {
      if (this.#kept.size <= CUES_KEPT && this.#bytes <= CUE_BYTES_KEPT) return;
      this.#kept.delete(seq);
      this.#bytes -= body.length;
    }
  }
}
