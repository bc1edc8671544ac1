// The sentence over the picture: what happened, what is being tried, what the person can do. Pure.
import type { Phase, Trouble } from "./view.ts";

/** A trouble stays on the picture for so long, ms. */
const TROUBLE_SHOWN_MS = 6_000;

/** Troubles kept for the drawer. */
const TROUBLES_KEPT = 20;

const phrases = {
  finding: "Asking the director where to watch…",
  paused: "Paused. Space goes on at the live picture.",
  waiting: "No new picture; the player is trying the edges.",
} as const satisfies Partial<Record<Phase, string>>;

/** What the page is doing at `now` (UTC, ms); `attempts`: players started anew since the last calm. */
export interface Moment {
  phase: Phase;
  now: number;
  attempts: number;
}

/** What went wrong in this page, and what is said of it. */
export class Story {
  #troubles: readonly Trouble[] = [];
  #stopped: string | null = null;

  /** The last ones, oldest first. */
  get troubles(): readonly Trouble[] {
    return this.#troubles;
  }

  /** Whether watching was given up. */
  get isStopped(): boolean {
    return this.#stopped !== null;
  }

  /** Something went wrong that is being worked on. */
  trouble(trouble: Trouble): void {
    this.#troubles = [...this.#troubles, trouble].slice(-TROUBLES_KEPT);
  }

  /** Nothing can be done but by the person. */
  stop(trouble: Trouble): void {
    this.#stopped = `${trouble.sentence} Press r to try again.`;
    this.trouble(trouble);
  }

  /** The person tries again. */
  resume(): void {
    this.#stopped = null;
  }

  /** Null when there is nothing to say: it simply plays. */
  notice({ phase, now, attempts }: Moment): string | null {
    const last = this.#troubles.at(-1);
    const fresh = last && now - last.at < TROUBLE_SHOWN_MS ? last.sentence : null;
    if (phase === "stopped") return this.#stopped;
    if (phase === "playing") return fresh;
    if (phase !== "starting") return fresh && phase === "waiting" ? fresh : phrases[phase];
    return attempts > 0 && last
      ? `${last.sentence} r starts again, n takes another network.`
      : (fresh ?? "Waiting for the picture…");
  }
}
