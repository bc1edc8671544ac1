// The latest word of each viewer, in columns: 200,000 of them are gone through several times a second.
import { COHORT_VIEWERS_LIMIT } from "./limits.ts";

const FIRST_ROOM = 1_024;

/** A table of sessions; a session has a slot in every column until it is removed. NaN: not known. */
export class Members {
  latencyMs = new Float64Array(FIRST_ROOM);
  needMs = new Float64Array(FIRST_ROOM);
  /** Signed; positive: behind its target. */
  syncMs = new Float64Array(FIRST_ROOM);
  /** Monotonic; NaN in a slot that nobody has. */
  seenAt = new Float64Array(FIRST_ROOM).fill(Number.NaN);
  /** When its counter of stalls rose last, monotonic. */
  stalledAt = new Float64Array(FIRST_ROOM);
  /** The index of its cohort. */
  cohort = new Uint32Array(FIRST_ROOM);
  stalls = new Uint32Array(FIRST_ROOM);
  cuesLate = new Uint32Array(FIRST_ROOM);
  cuesLost = new Uint32Array(FIRST_ROOM);
  readonly #slots = new Map<string, number>();
  readonly #sessions: (string | null)[] = [];
  readonly #free: number[] = [];

  get count(): number {
    return this.#slots.size;
  }

  /** Slots below this one may be taken. */
  get end(): number {
    return this.#sessions.length;
  }

  slotOf(session: string): number | undefined {
    return this.#slots.get(session);
  }

  /** A slot for a session that has none; null at {@link COHORT_VIEWERS_LIMIT}. Its columns hold nothing yet. */
  add(session: string): number | null {
    if (this.#slots.size >= COHORT_VIEWERS_LIMIT) return null;
    const slot = this.#free.pop() ?? this.#sessions.length;
    if (slot >= this.seenAt.length) this.#grow();
    this.#slots.set(session, slot);
    this.#sessions[slot] = session;
    for (const column of [this.latencyMs, this.needMs, this.syncMs, this.stalledAt])
      column[slot] = Number.NaN;
    for (const column of [this.stalls, this.cuesLate, this.cuesLost]) column[slot] = 0;
    return slot;
  }

  remove(slot: number): void {
    const session = this.#sessions[slot];
    if (typeof session !== "string") return;
    this.#slots.delete(session);
    this.#sessions[slot] = null;
    this.seenAt[slot] = Number.NaN;
    this.#free.push(slot);
  }

  #grow(): void {
    const room = 2 * this.seenAt.length;
    const decimals = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(room).fill(Number.NaN);
      larger.set(column);
      return larger;
    };
    const wholes = (column: Uint32Array): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(room);
      larger.set(column);
      return larger;
    };
    this.latencyMs = decimals(this.latencyMs);
    this.needMs = decimals(this.needMs);
    this.syncMs = decimals(this.syncMs);
    this.seenAt = decimals(this.seenAt);
    this.stalledAt = decimals(this.stalledAt);
    this.cohort = wholes(this.cohort);
    this.stalls = wholes(this.stalls);
    this.cuesLate = wholes(this.cuesLate);
    this.cuesLost = wholes(this.cuesLost);
  }
}
