// A goal is a mark on every plot, at the moment of the pitch.
import type { Cue } from "#protocol";
import type { Mark } from "../picture.ts";

/** Hands the mark of a goal to `note`; other cues leave none. */
export function goalMark({ kind, data, mediaTimeMs }: Cue, note: (mark: Mark) => void): void {
  if (kind !== "goal") return;
  const minute = typeof data["minute"] === "number" ? `${data["minute"]}'` : "";
  const team = typeof data["team"] === "string" ? data["team"] : "";
  note({ at: mediaTimeMs, kind, text: ["Goal", team, minute].filter(Boolean).join(", ") });
}
