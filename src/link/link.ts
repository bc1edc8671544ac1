// A declared link as arithmetic: when bytes that enter now come out. Pure: readings of the clock are handed in.
import type { LinkDeclaration } from "#protocol";
import { PIECE_BYTES } from "./limits.ts";

/** From the target to the client, and back. */
export type Way = "down" | "up";

const BITS_PER_MS_AT_1_MBPS = 1_000;

/**
 * One link, both ways. Bytes enter a way one after the other at its rate and come out the delay later, as on a wire. Give
 * one Link to several relays and they share its rate.
 */
export class Link {
  readonly delayMs: number;
  readonly #bytesPerMs: number | null;
  readonly #freeAt: Record<Way, number> = { down: 0, up: 0 };

  constructor(declaration: LinkDeclaration) {
    this.delayMs = declaration.delayMs;
    this.#bytesPerMs =
      declaration.mbps === null ? null : (declaration.mbps * BITS_PER_MS_AT_1_MBPS) / 8;
  }

  /** Neither delays nor limits. */
  get straight(): boolean {
    return this.delayMs === 0 && this.#bytesPerMs === null;
  }

  /** Into what pieces bytes are cut, so that each leaves when its own last byte would: a millisecond's worth. */
  get pieceBytes(): number {
    return this.#bytesPerMs === null
      ? Infinity
      : Math.max(PIECE_BYTES, Math.floor(this.#bytesPerMs));
  }

  /** Sends `bytes` that stand at the entrance at `at`; returns when their last one comes out. */
  carry(way: Way, at: number, bytes: number): number {
    if (this.#bytesPerMs === null) return at + this.delayMs;
    const sent = Math.max(at, this.#freeAt[way]) + bytes / this.#bytesPerMs;
    this.#freeAt[way] = sent;
    return sent + this.delayMs;
  }

  /** How long bytes that come now would queue, ms. */
  queueMs(way: Way, now: number): number {
    return Math.max(0, this.#freeAt[way] - now);
  }
}
