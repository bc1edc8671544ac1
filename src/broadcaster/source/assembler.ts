// Cuts what comes out of a pipe into pictures and into whole samples.
import type { Frame, FramePool } from "../timing/frames.ts";

/** Told of pictures as they are complete; null stands for one for which no memory was left. */
export type PictureListener = (frame: Frame | null) => void;

/** Raw pictures, one after the other, from chunks of any length. */
export class PictureAssembler {
  readonly #pool: FramePool;
  readonly #size: number;
  readonly #listener: PictureListener;
  #frame: Frame | null = null;
  #filled = 0;

  constructor(pool: FramePool, listener: PictureListener) {
    this.#pool = pool;
    this.#size = (pool.width * pool.height * 3) / 2;
    this.#listener = listener;
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#filled === 0) this.#frame = this.#pool.take();
      const take = Math.min(bytes.length - at, this.#size - this.#filled);
      if (this.#frame) bytes.copy(this.#frame.bytes, this.#filled, at, at + take);
      this.#filled += take;
      at += take;
      if (this.#filled < this.#size) continue;
      const whole = this.#frame;
      this.#frame = null;
      this.#filled = 0;
      this.#listener(whole);
    }
  }

  /** Lets go of a picture that will not be completed. */
  reset(): void {
    this.#frame?.release();
    this.#frame = null;
    this.#filled = 0;
  }
}

/** Bytes of one sample of both channels. */
const SAMPLE_BYTES = 4;

/** Whole samples of both channels from chunks of any length. */
export class SoundAssembler {
  readonly #listener: (samples: Int16Array) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(listener: (samples: Int16Array) => void) {
    this.#listener = listener;
  }

  push(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const whole = all.length - (all.length % SAMPLE_BYTES);
    const samples = new Int16Array(whole / 2);
    for (let index = 0; index < samples.length; index++)
      samples[index] = all.readInt16LE(index * 2);
    this.#rest = Buffer.from(all.subarray(whole));
    if (samples.length > 0) this.#listener(samples);
  }
}
