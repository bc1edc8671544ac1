// Which rendition each segment was loaded in, so that a frame on the screen can be named.
import { segmentAt, standardGrid } from "#media/grid";
import { utcMs } from "#base";
import { SEGMENTS_REMEMBERED } from "./limits.ts";

/** Remembers the last segments. */
export class Renditions {
  readonly #names = new Map<number, string>();

  /** The segment that covers `captureMs` was loaded as `name`. */
  loaded(captureMs: number, name: string): void {
    const segment = segmentAt(standardGrid, utcMs(captureMs + 1));
    this.#names.delete(segment);
    this.#names.set(segment, name);
    const [oldest] = this.#names.keys();
    if (this.#names.size > SEGMENTS_REMEMBERED && oldest !== undefined) this.#names.delete(oldest);
  }

  /** The rendition of the frame captured at `captureMs`. */
  at(captureMs: number): string | null {
    return this.#names.get(segmentAt(standardGrid, utcMs(captureMs + 1))) ?? null;
  }
}
