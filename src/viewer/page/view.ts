// What the page shows, as one plain value, and its words. Pure.
import type { CaptureIs } from "../config.ts";
import type { Protocol } from "../players/player.ts";

/** What the viewer is doing. */
export type Phase = "finding" | "starting" | "playing" | "waiting" | "paused" | "stopped";

/** One thing that went wrong, for the person. */
export interface Trouble {
  /** UTC, ms. */
  at: number;
  sentence: string;
}

/** The picture's rendition. */
export interface Rung {
  name: string | null;
  height: number | null;
  fps: number | null;
  kbps: number | null;
}

/** Everything that is on the page. */
export interface View {
  phase: Phase;
  /** What is going on, when it is not simply playing. */
  notice: string | null;
  protocol: Protocol | null;
  network: string | null;
  edge: { id: string; class: string | null } | null;
  why: readonly string[];
  captureIs: CaptureIs;
  latencyMs: number | null;
  targetMs: number;
  clockErrorMs: number | null;
  bufferMs: number;
  rate: number;
  rung: Rung;
  stalls: number;
  droppedFrames: number;
  firstFrameMs: number | null;
  troubles: readonly Trouble[];
}

/** Nearer to the target than this is "in sync", ms: the spread that viewers of a place are held to. */
export const IN_SYNC_MS = 100;

/** "1.42": seconds with two places, always as wide; a dash while unknown. */
export function seconds(durationMs: number | null): string {
  return durationMs === null ? "–.––" : (durationMs / 1_000).toFixed(2);
}

/** What the number is the distance from. */
export const behindWhat = (captureIs: CaptureIs): string =>
  captureIs === "camera" ? "behind the camera" : "since arrival at the broadcaster";

/** How the latency was measured, in one phrase. */
export function latencyHow(view: Pick<View, "captureIs" | "clockErrorMs">): string {
  const from = view.captureIs === "camera" ? "capture" : "arrival";
  const clock =
    view.clockErrorMs === null ? "clock not checked" : `clock ±${view.clockErrorMs.toFixed(1)} ms`;
  return `each frame, ${from} to display; ${clock}`;
}

/** Whether the viewer is where it should be. */
export function syncWord(latencyMs: number | null, targetMs: number): string {
  if (latencyMs === null) return "not measured yet";
  const off = latencyMs - targetMs;
  if (Math.abs(off) <= IN_SYNC_MS) return "in sync";
  return `${(Math.abs(off) / 1_000).toFixed(2)} s ${off > 0 ? "late, catching up" : "early, slowing down"}`;
}

/** "720p50 3.0 Mb/s", as far as known. */
export function rungText(rung: Rung): string {
  const picture = rung.height === null ? (rung.name ?? "") : `${rung.height}p${rung.fps ?? ""}`;
  const rate = rung.kbps === null ? "" : `${(rung.kbps / 1_000).toFixed(1)} Mb/s`;
  return [picture, rate].filter((part) => part !== "").join(" ");
}

/** "Fastweb → edge isp-roma (on-net)". */
export function wayText(view: Pick<View, "network" | "edge">): string {
  const { edge, network } = view;
  const kind = edge?.class ? ` (${edge.class})` : "";
  return `${network ?? "direct"} → ${edge ? `edge ${edge.id}${kind}` : "no edge yet"}`;
}

/** The usual frame rate nearest to one frame each `stepMs`; null when none is near. */
export function usualRate(stepMs: number): number | null {
  if (!(stepMs > 0)) return null;
  const rate = 1_000 / stepMs;
  const nearest = [24, 25, 30, 50, 60].reduce((best, each) =>
    Math.abs(each - rate) < Math.abs(best - rate) ? each : best,
  );
  return Math.abs(nearest - rate) < 0.5 ? nearest : null;
}
