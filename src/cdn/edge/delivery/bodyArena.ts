// Where the bytes of an object are gathered while they come: copied once, out of the buffers they were read into.

/** Gives memory: an ArrayBuffer, or a SharedArrayBuffer where other threads are to see the bytes. */
export type Allocate = (bytes: number) => ArrayBufferLike;

/** Memory of this thread alone. */
export const ownMemory: Allocate = (bytes) => new ArrayBuffer(bytes);

/** Where the bytes of one body are gathered. */
export interface Gathering {
  /** Bytes so far. */
  readonly size: number;
  /** Takes bytes in; returns them as they lie there, never to move or change. */
  append(bytes: Uint8Array): Uint8Array;
  /** All bytes, in one stretch. */
  whole(): Uint8Array;
}

/** Begins a body; `length` where it is known. */
export type Gather = (length: number | null) => Gathering;

/** Bodies that are copied, once, to memory that `allocate` gives. */
export const gatherIn =
  (allocate: Allocate): Gather =>
  (length) =>
    new BodyArena(length, allocate);

/** The first run of an object whose length nobody knows, bytes: two parts of a middle rung. */
const FIRST_RUN_BYTES = 64 * 1024;
/** The longest run, bytes: what is left of it unused is lost until the object is whole. */
const LONGEST_RUN_BYTES = 4 * 1024 * 1024;

/** A stretch of memory, and how much of it is used. */
interface Run {
  readonly memory: ArrayBufferLike;
  used: number;
}

/** One body. Its bytes never move and never change, so that views of them may be written and kept. */
export class BodyArena implements Gathering {
  readonly #allocate: Allocate;
  readonly #runs: Run[] = [];
  #size = 0;

  /** `length` where it is known: the body then lies in one stretch. */
  constructor(length: number | null, allocate: Allocate) {
    this.#allocate = allocate;
    if (length !== null && length > 0) this.#runs.push({ memory: allocate(length), used: 0 });
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** Copies `bytes` in; returns them as they lie here. */
  append(bytes: Uint8Array): Buffer {
    const run = this.#runFor(bytes.length);
    const view = Buffer.from(run.memory, run.used, bytes.length);
    view.set(bytes);
    run.used += bytes.length;
    this.#size += bytes.length;
    return view;
  }

  /** All bytes in one stretch: as they lie where that is one run, full; else copied to memory of their exact size. */
  whole(): Buffer {
    const [first] = this.#runs;
    if (first && this.#runs.length === 1 && first.used === first.memory.byteLength)
      return Buffer.from(first.memory, 0, first.used);
    const whole = Buffer.from(this.#allocate(this.#size), 0, this.#size);
    let at = 0;
    for (const { memory, used } of this.#runs) {
      whole.set(new Uint8Array(memory, 0, used), at);
      at += used;
    }
    return whole;
  }

  #runFor(bytes: number): Run {
    const last = this.#runs.at(-1);
    if (last && last.memory.byteLength - last.used >= bytes) return last;
    const twice = last ? Math.min(2 * last.memory.byteLength, LONGEST_RUN_BYTES) : 0;
    const run = {
      memory: this.#allocate(Math.max(FIRST_RUN_BYTES, twice, bytes)),
      used: 0,
    };
    this.#runs.push(run);
    return run;
  }
}
