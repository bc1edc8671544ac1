// A cue's times in words. Pure.
import type { CueLine } from "./cues.ts";

/** The time of day of an instant, UTC: "20:47:12". */
export const clockText = (at: number): string => new Date(at).toISOString().slice(11, 19);

/** How a cue came beside its frame: nothing where it came with it. */
export function behindText({ timing, lateMs }: Pick<CueLine, "timing" | "lateMs">): string {
  if (timing === "on time") return "";
  return timing === "late" ? `late by ${(lateMs / 1_000).toFixed(2)} s` : "earlier";
}

/** "2 cues late, 1 lost"; empty while none is. */
export function cueTroubles({ late, lost }: { late: number; lost: number }): string {
  const parts = [late > 0 && `${late} late`, lost > 0 && `${lost} lost`].filter(Boolean);
  if (parts.length === 0) return "";
  return `${late + lost === 1 ? "cue" : "cues"} ${parts.join(", ")}`;
}
