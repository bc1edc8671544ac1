// Whether the line keeps up with a growing segment, whose own pace says nothing of the line. Pure.
import { LATE_MS, PARTS_REMEMBERED } from "./limits.ts";

/** A part that has come. Instants are UTC ms. */
export interface PartSeen {
  readonly bytes: number;
  /** When its capture ended. */
  readonly endMs: number;
  /** When its last byte was there. */
  readonly cameMs: number;
}

/** What two late parts running say. */
export interface Overload {
  /** The rate of the line while it was too slow, kb/s. */
  readonly kbps: number;
}

/**
 * A line that stood still and goes on catches up: each part after it is less late by its own length. One that is slower
 * than the rung brings each part later than the one before.
 */
export class Lateness {
  readonly #delays: number[] = [];
  #before: { lateMs: number; cameMs: number } | null = null;

  /** Takes a part; tells when the line is slower than what is loaded. */
  part({ bytes, endMs, cameMs }: PartSeen): Overload | null {
    const delayMs = cameMs - endMs;
    this.#delays.push(delayMs);
    if (this.#delays.length > PARTS_REMEMBERED) this.#delays.shift();
    const lateMs = delayMs - Math.min(...this.#delays);
    const before = this.#before;
    this.#before = { lateMs, cameMs };
    if (!before || lateMs < LATE_MS || before.lateMs < LATE_MS / 2) return null;
    const catchingUp = lateMs < before.lateMs - LATE_MS / 4;
    const tookMs = cameMs - before.cameMs;
    return catchingUp || tookMs <= 0 ? null : { kbps: (bytes * 8) / tookMs };
  }

  /** Another edge or rung: what was late on the old one says nothing. */
  forget(): void {
    this.#delays.length = 0;
    this.#before = null;
  }
}
