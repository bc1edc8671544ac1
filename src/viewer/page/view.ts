// What the page shows, as one plain value, and its words. Pure.
import type { SyncState } from "#viewer/sync";
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
  /** Where the viewer's cohort is to be now, and by which version of the director's word; null: nobody said it. */
  targetMs: number;
  targetVersion: number | null;
  /** From there, + late; null while it is not measured. */
  syncErrorMs: number | null;
  /** How the viewer stands, in words, and why it is late. */
  sync: string;
  lateWhy: string | null;
  cohort: string | null;
  /** The least distance that this viewer could hold; null before it is known. */
  needMs: number | null;
  clockErrorMs: number | null;
  bufferMs: number;
  rate: number;
  rung: Rung;
  stalls: number;
  droppedFrames: number;
  /** From the start of the session to the first frame, and to the first one within 100 ms of the target. */
  firstFrameMs: number | null;
  inSyncMs: number | null;
  /** Times that the playhead was moved to its place. */
  jumps: number;
  subtitles: boolean;
  troubles: readonly Trouble[];
}

/** What plays, for the person. */
export const protocolNames: Readonly<Record<Protocol, string>> = {
  own: "LL-DASH (Regista)",
  dash: "LL-DASH (dash.js)",
  hls: "LL-HLS (hls.js)",
  native: "HLS (the browser's own, untested)",
};

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

/** Where a viewer is, and where it is to be, ms. */
export interface Standing {
  latencyMs: number | null;
  targetMs: number;
  targetVersion: number | null;
  /** The nearest that this player is held to; it may lie behind the target. */
  heldMs: number;
  needMs: number | null;
}

/** What the page says of the common moment. `state` null: nobody plays. */
export function syncView(state: SyncState | null, standing: Standing) {
  const { latencyMs, targetMs, targetVersion, needMs } = standing;
  return {
    targetMs,
    targetVersion,
    needMs,
    syncErrorMs: latencyMs === null ? null : latencyMs - targetMs,
    sync: syncWords(state, standing),
    lateWhy: state && lateWhy(state, standing),
    jumps: state?.counters.seeks ?? 0,
  };
}

function syncWords(state: SyncState | null, { targetMs, heldMs }: Standing): string {
  if (!state || state.kind === "measuring") return "not measured yet";
  const behindMs = heldMs - targetMs;
  return state.kind === "in sync" && behindMs > IN_SYNC_MS
    ? `late by ${(behindMs / 1_000).toFixed(1)} s`
    : state.sentence;
}

/** Why a viewer who is late is late, as far as it is known. */
function lateWhy({ kind, counters }: SyncState, standing: Standing): string | null {
  const { targetMs, heldMs, needMs } = standing;
  if (kind === "in sync" && heldMs - targetMs > IN_SYNC_MS) return "this player is held no nearer";
  if (kind !== "late" && kind !== "catching up") return null;
  if (needMs !== null && needMs > targetMs)
    return `this line brings the match ${seconds(needMs)} s behind the camera`;
  return counters.rungsDown > 0 ? "a smaller picture was taken to catch up" : null;
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
