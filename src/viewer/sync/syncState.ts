// How a viewer stands, in words that a person understands. Pure.
import { IN_SYNC_MS, SHRINK_LEAST_MS, SHRINK_WINDOW_MS } from "./limits.ts";

export type SyncKind = "measuring" | "in sync" | "catching up" | "slowing down" | "late" | "early";

/** Where the error goes: by it, a viewer beyond {@link IN_SYNC_MS} is late, or catching up. */
export class SyncWords {
  #kind: SyncKind = "measuring";
  #errors: { at: number; awayMs: number }[] = [];
  #shrinking = false;

  get kind(): SyncKind {
    return this.#kind;
  }

  /** Whether the error became less over the last second. */
  get shrinking(): boolean {
    return this.#shrinking;
  }

  /** `errorMs` + late; `acting`: the rate leads the playhead to its place. */
  step({ at, errorMs, acting }: { at: number; errorMs: number; acting: boolean }): SyncKind {
    const awayMs = Math.abs(errorMs);
    while ((this.#errors[0]?.at ?? at) < at - SHRINK_WINDOW_MS) this.#errors.shift();
    const first = this.#errors[0];
    const seen = first !== undefined && at - first.at >= SHRINK_WINDOW_MS / 2;
    this.#shrinking = seen ? first.awayMs - awayMs >= SHRINK_LEAST_MS : acting;
    if (at - (this.#errors.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= SHRINK_WINDOW_MS / 20)
      this.#errors.push({ at, awayMs });
    const near = this.#kind === "in sync" ? IN_SYNC_MS.beyond : IN_SYNC_MS.within;
    if (awayMs <= near) this.#kind = "in sync";
    else if (errorMs > 0) this.#kind = this.#shrinking ? "catching up" : "late";
    else this.#kind = this.#shrinking ? "slowing down" : "early";
    return this.#kind;
  }

  /** Nothing is known. */
  measure(): void {
    this.#kind = "measuring";
    this.#errors = [];
    this.#shrinking = false;
  }
}

/** `in sync`, `catching up`, `late by 1.3 s`. */
export function sentenceOf(kind: SyncKind, errorMs: number | null): string {
  if ((kind !== "late" && kind !== "early") || errorMs === null) return kind;
  return `${kind} by ${(Math.abs(errorMs) / 1_000).toFixed(1)} s`;
}
