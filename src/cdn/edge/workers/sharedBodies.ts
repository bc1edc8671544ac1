// Bodies that lie in memory of all threads: written once by the host tier, seen by every worker.
import type { Allocate, Gathering } from "../delivery/bodyArena.ts";

/** Memory that other threads see without a copy. */
export const sharedMemory: Allocate = (bytes) => new SharedArrayBuffer(bytes);

/** The bodies of one worker: views of what the host tier holds. */
export class SharedBodies {
  /** By the memory that the first bytes of an object came in: where the host tier keeps it whole. */
  readonly #wholes = new WeakMap<ArrayBufferLike, Uint8Array>();

  /** Gathers one body. */
  readonly gather = (): Gathering => new Views(this.#wholes);

  /** An object that grew lies in one stretch now; `first` is what came of it first. */
  landed(first: Uint8Array, whole: Uint8Array): void {
    this.#wholes.set(first.buffer, whole);
  }
}

/** One body as it comes, nothing of it copied. */
class Views implements Gathering {
  readonly #wholes: WeakMap<ArrayBufferLike, Uint8Array>;
  readonly #views: Uint8Array[] = [];
  #size = 0;

  constructor(wholes: WeakMap<ArrayBufferLike, Uint8Array>) {
    this.#wholes = wholes;
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): Uint8Array {
    this.#views.push(bytes);
    this.#size += bytes.length;
    return bytes;
  }

  whole(): Uint8Array {
    const [first] = this.#views;
    if (!first) return new Uint8Array();
    const kept = this.#wholes.get(first.buffer);
    if (kept?.length === this.#size) return kept;
    let end = first.byteOffset;
    const adjoin = this.#views.every((view) => {
      const fits = view.buffer === first.buffer && view.byteOffset === end;
      end += view.length;
      return fits;
    });
    if (adjoin) return Buffer.from(first.buffer, first.byteOffset, this.#size);
    // The host tier does not keep it; this thread does, for itself.
    const whole = Buffer.allocUnsafeSlow(this.#size);
    let at = 0;
    for (const view of this.#views) {
      whole.set(view, at);
      at += view.length;
    }
    return whole;
  }
}
