// Pictures in memory, shared without copying: whoever keeps one retains it, whoever is done releases it.
import { invariant } from "#base";
import { pictureBytes, type Surface } from "../testsignal/surface.ts";

/** A picture in yuv420p. It goes back to its pool with the last release. */
export interface Frame extends Surface {
  /** Keeps it for one more holder. */
  retain(): this;
  release(): void;
}

/** Pictures of one size, at most `limit` of them. */
export class FramePool {
  readonly width: number;
  readonly height: number;
  readonly limit: number;
  readonly #idle: PooledFrame[] = [];
  #made = 0;

  constructor(size: { width: number; height: number; limit: number }) {
    this.width = size.width;
    this.height = size.height;
    this.limit = size.limit;
  }

  /** A picture to paint on, held once by the caller; null when all are in use. Its content is what it was. */
  take(): Frame | null {
    const idle = this.#idle.pop();
    if (idle) return idle.retain();
    if (this.#made >= this.limit) return null;
    this.#made++;
    return new PooledFrame(this, (frame) => this.#idle.push(frame)).retain();
  }

  /** Pictures that somebody holds. */
  get inUse(): number {
    return this.#made - this.#idle.length;
  }
}

class PooledFrame implements Frame {
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
  readonly #back: (frame: PooledFrame) => void;
  #holders = 0;

  constructor(size: { width: number; height: number }, back: (frame: PooledFrame) => void) {
    this.width = size.width;
    this.height = size.height;
    this.bytes = Buffer.allocUnsafe(pictureBytes(size.width, size.height));
    this.#back = back;
  }

  retain(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    invariant(this.#holders > 0, "a picture is released once by each holder");
    if (--this.#holders === 0) this.#back(this);
  }
}
