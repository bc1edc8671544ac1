// The sentence over the picture: what happened, what is being tried, what the person can do. Pure.
import type { Phase, Trouble } from "./view.ts";

/** A trouble stays on the picture for so long, ms. */
const TROUBLE_SHOWN_MS = 6_000;

/** What the sentence is made of. */
export interface NoticeParts {
  phase: Phase;
  /** Why it was given up; null while it was not. */
  stopped: string | null;
  /** The newest trouble. */
  last: Trouble | null;
  /** UTC, ms. */
  now: number;
  /** Players started anew since the last calm. */
  attempts: number;
}

/** Null when there is nothing to say: it simply plays. */
export function noticeOf({ phase, stopped, last, now, attempts }: NoticeParts): string | null {
  const fresh = last && now - last.at < TROUBLE_SHOWN_MS ? last.sentence : null;
  switch (phase) {
    case "stopped":
      return stopped;
    case "finding":
      return "Asking the director where to watch…";
    case "paused":
      return "Paused. Space goes on at the live picture.";
    case "waiting":
      return fresh ?? "No new picture; the player is trying the edges.";
    case "playing":
      return fresh;
    case "starting":
      return attempts > 0 && last
        ? `${last.sentence} r starts again, n takes another network.`
        : (fresh ?? "Waiting for the picture…");
  }
}
