// Fills one source buffer, one step at a time, and keeps it within its quota (Media Source Extensions 3.5).
import { KEEP_BEHIND_S } from "../limits.ts";
import { APPEND_BYTES_LIMIT, APPENDS_LIMIT, CLEAR_STEP_S } from "./limits.ts";

/** A source buffer as far as it is used. */
export interface MediaBuffer {
  readonly updating: boolean;
  readonly buffered: Pick<TimeRanges, "length" | "start" | "end">;
  appendBuffer(bytes: Uint8Array<ArrayBuffer>): void;
  remove(startS: number, endS: number): void;
  abort(): void;
  addEventListener(type: "updateend" | "error", listener: () => void): void;
  removeEventListener(type: "updateend" | "error", listener: () => void): void;
}

/** Whom a queue asks and tells. */
export interface QueueOwner {
  /** s on the media timeline. */
  playhead(): number;
  /** After each step: the buffer may reach farther. */
  changed(): void;
  /** A chunk found no room and was dropped. */
  dropped(): void;
  /** The browser refuses the bytes: the buffer is of no use any more. */
  broken(sentence: string): void;
}

interface Append {
  readonly bytes: Uint8Array;
  readonly done: () => void;
  /** How often it found no room. */
  refused: number;
}

/** When there is no room, everything up to so far behind the playhead goes, s: a little first, then nearly all. */
const MAKE_ROOM_S = [5, 0.5] as const;

export class AppendQueue {
  readonly #buffer: MediaBuffer;
  readonly #owner: QueueOwner;
  readonly #waiting: Append[] = [];
  #bytes = 0;
  #clearTo: number | null = null;
  #closed = false;
  readonly #stepped = (): void => {
    this.#step();
    if (!this.#closed) this.#owner.changed();
  };
  readonly #failed = (): void => this.#break("it could not be decoded");

  constructor(buffer: MediaBuffer, owner: QueueOwner) {
    this.#buffer = buffer;
    this.#owner = owner;
    buffer.addEventListener("updateend", this.#stepped);
    buffer.addEventListener("error", this.#failed);
  }

  /** Resolves when the browser has the bytes, or they were dropped, or the queue is closed. More than may wait: broken. */
  append(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#waiting.length >= APPENDS_LIMIT || this.#bytes + bytes.length > APPEND_BYTES_LIMIT) {
      this.#break("it takes media more slowly than it plays");
      return Promise.resolve();
    }
    return new Promise((done) => {
      this.#waiting.push({ bytes, done, refused: 0 });
      this.#bytes += bytes.length;
      this.#step();
    });
  }

  /** Where the range that holds `atS` ends, s; `atS` itself where nothing is. */
  endFrom(atS: number): number {
    const { buffered } = this.#buffer;
    for (let at = 0; at < buffered.length; at += 1)
      if (buffered.start(at) <= atS + 0.05 && atS < buffered.end(at)) return buffered.end(at);
    return atS;
  }

  /** Ends it; what waits is settled. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#buffer.removeEventListener("updateend", this.#stepped);
    this.#buffer.removeEventListener("error", this.#failed);
    for (const { done } of this.#waiting.splice(0)) done();
    try {
      this.#buffer.abort();
    } catch {
      // Its media source is gone, and so is whatever it did.
    }
  }

  #step(): void {
    if (this.#closed || this.#buffer.updating) return;
    try {
      if (this.#clearing()) return;
      const [next] = this.#waiting;
      if (!next) return;
      this.#buffer.appendBuffer(next.bytes as Uint8Array<ArrayBuffer>);
      this.#take(next);
    } catch (failure) {
      if (failure instanceof Error && failure.name === "QuotaExceededError") this.#makeRoom();
      else this.#break(failure instanceof Error ? failure.message : String(failure));
    }
  }

  /** Whether a removal is under way now. */
  #clearing(): boolean {
    const { buffered } = this.#buffer;
    if (buffered.length === 0) return false;
    const first = buffered.start(0);
    const keepFrom = this.#owner.playhead() - KEEP_BEHIND_S;
    const to = this.#clearTo ?? (first < keepFrom - CLEAR_STEP_S ? keepFrom : first);
    this.#clearTo = null;
    if (to <= first) return false;
    this.#buffer.remove(0, to);
    return true;
  }

  #makeRoom(): void {
    const [next] = this.#waiting;
    if (!next) return;
    const behindS = MAKE_ROOM_S[next.refused];
    next.refused += 1;
    if (behindS === undefined) {
      this.#take(next);
      this.#owner.dropped();
    } else this.#clearTo = this.#owner.playhead() - behindS;
    this.#step();
  }

  /** Its bytes have been handed over; it is settled with the step. */
  #take(append: Append): void {
    this.#waiting.shift();
    this.#bytes -= append.bytes.length;
    append.done();
  }

  #break(why: string): void {
    if (this.#closed) return;
    this.close();
    this.#owner.broken(`The browser does not take the media: ${why}.`);
  }
}
