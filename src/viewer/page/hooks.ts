// What a test or a benchmark can ask of the page: `window.regista`.
import type { CueRecord, PageCues } from "./cues.ts";
import type { Protocol } from "../players/player.ts";
import type { Sample } from "./screen.ts";
import { latencyHow, type Trouble } from "./view.ts";
import type { Watch } from "./watch.ts";

/** The page's state as plain data. */
export interface PageState {
  phase: string;
  protocol: Protocol | null;
  edge: string | null;
  network: string | null;
  session: string | null;
  latencyMs: number | null;
  latencyHow: string;
  bufferMs: number;
  rendition: string | null;
  rate: number;
  stalls: number;
  firstFrameMs: number | null;
  droppedFrames: number;
  clockErrorMs: number | null;
  targetMs: number;
  targetVersion: number | null;
  /** From the target, + late, ms; and how the viewer stands, in words. */
  syncErrorMs: number | null;
  sync: string;
  needMs: number | null;
  cohort: string | null;
  /** From the start to the first frame within 100 ms of the target, ms. */
  inSyncMs: number | null;
  jumps: number;
  subtitles: boolean;
  errors: readonly Trouble[];
}

/** `window.regista`. */
export interface PageHooks {
  state(): PageState;
  /** The capture instant that the barcode of the frame shown now tells, UTC ms; null without a barcode. */
  barcode(): number | null;
  /** Measures the next presented frame, by its barcode and by the page's own figure. */
  sample(): Promise<Sample>;
  /** Every cue that was told, and how many were late or never came. */
  cues(): { told: readonly CueRecord[]; late: number; lost: number };
}

declare global {
  interface Window {
    regista?: PageHooks;
  }
}

/** Offers the hooks for `watch`. */
export function offerHooks(watch: Watch, cues: PageCues): void {
  window.regista = {
    state: () => stateOf(watch),
    barcode: () => watch.screen.barcode(),
    sample: () => watch.screen.sample(),
    cues: () => ({ told: cues.records, late: cues.late, lost: cues.lost }),
  };
}

function stateOf(watch: Watch): PageState {
  const view = watch.view();
  return {
    phase: view.phase,
    protocol: view.protocol,
    edge: view.edge?.id ?? null,
    network: view.network,
    session: watch.place?.session ?? null,
    latencyMs: view.latencyMs,
    latencyHow: latencyHow(view),
    bufferMs: view.bufferMs,
    rendition: view.rung.name,
    rate: view.rate,
    stalls: view.stalls,
    firstFrameMs: view.firstFrameMs,
    droppedFrames: view.droppedFrames,
    clockErrorMs: view.clockErrorMs,
    targetMs: view.targetMs,
    targetVersion: view.targetVersion,
    syncErrorMs: view.syncErrorMs,
    sync: view.sync,
    needMs: view.needMs,
    cohort: view.cohort,
    inSyncMs: view.inSyncMs,
    jumps: view.jumps,
    subtitles: view.subtitles,
    errors: view.troubles,
  };
}
