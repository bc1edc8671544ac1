// How fast a peer takes what is sent to it (slow-read attacks, and lines too slow for what was asked).
import type { Socket } from "node:net";
import type { HttpLimits } from "./limits.ts";

/** Kept for a connection only while bytes wait for its peer. */
export class Pace {
  #taken: number;
  #movedAt: number;
  #windowTaken: number;
  #windowAt: number;

  constructor(now: number, taken: number) {
    this.#taken = taken;
    this.#movedAt = now;
    this.#windowTaken = taken;
    this.#windowAt = now;
  }

  /** Why the peer is to be cut, if it is. `taken`: bytes so far. Called every SWEEP_MS while bytes wait. */
  judge(
    now: number,
    taken: number,
    limits: Pick<HttpLimits, "writeStallMs" | "sendWindowMs" | "sendBytesPerS">,
  ): "write-stalled" | "too-slow" | null {
    if (taken !== this.#taken) {
      this.#taken = taken;
      this.#movedAt = now;
    }
    if (now - this.#movedAt > limits.writeStallMs) return "write-stalled";
    const windowMs = now - this.#windowAt;
    if (windowMs < limits.sendWindowMs) return null;
    if (taken - this.#windowTaken < (limits.sendBytesPerS * windowMs) / 1_000) return "too-slow";
    this.#windowAt = now;
    this.#windowTaken = taken;
    return null;
  }
}

/** What Node keeps of a socket's queue, and tells in no other way. */
interface Queue {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * Bytes that the kernel has taken of all that was written. `socket.writableLength` shrinks only when a write has been taken
 * whole, so that a large object on a slow but honest line would look stalled: the handle below knows how much is left.
 */
export function takenFrom(socket: Socket): number {
  const handle = (socket as Socket & { readonly _handle?: Queue | null })._handle;
  return handle?.writeQueueSize === undefined
    ? socket.bytesWritten - socket.writableLength
    : handle.bytesWritten - handle.writeQueueSize;
}
