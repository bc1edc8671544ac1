// Requests that wait for a part: how many, and for how long.
import { ms, type Ms, type RegistaError } from "#base";
import type { HttpReply } from "#http";
import type { Position } from "#media/grid";
import type { PartReader } from "#packager";
import { originErrors } from "./errors.ts";
import { HELD_REQUESTS_LIMIT, HOLD_TARGET_DURATIONS } from "./limits.ts";

/** What a held request waits for, and how it is called in a sentence. */
export interface Awaited extends Position {
  rendition: string;
  object: string;
}

/** Counters since the start, and those held now. */
export interface HoldCounters {
  held: number;
  total: number;
  tooMany: number;
  tooLong: number;
}

/** Holds requests until their part is there. */
export class Holds {
  readonly counters: HoldCounters = { held: 0, total: 0, tooMany: 0, tooLong: 0 };
  readonly #store: PartReader;
  readonly #deadline: Ms;
  readonly #limit: number;

  constructor(store: PartReader, targetDurationS: number, limit: number = HELD_REQUESTS_LIMIT) {
    this.#store = store;
    this.#deadline = ms(targetDurationS * 1_000 * HOLD_TARGET_DURATIONS);
    this.#limit = limit;
  }

  /** Resolves null when the part is there, or declared a gap; else with the refusal. The peer's going ends the wait. */
  async wait(awaited: Awaited, reply: HttpReply): Promise<RegistaError | null> {
    if (this.counters.held >= this.#limit) {
      this.counters.tooMany += 1;
      return originErrors.make("too-many-held", { limit: this.#limit });
    }
    const gone = new AbortController();
    reply.onGone(() => gone.abort());
    this.counters.held += 1;
    this.counters.total += 1;
    const { rendition, segment, part, object } = awaited;
    const came = await this.#store
      .waitForPart(rendition, segment, part, this.#deadline, gone.signal)
      .finally(() => (this.counters.held -= 1));
    if (came) return null;
    if (!gone.signal.aborted) this.counters.tooLong += 1;
    return originErrors.make("held-too-long", { object, seconds: this.#deadline / 1_000 });
  }
}
