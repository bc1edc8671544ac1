// From what the tabs showed to latency, spread, stalls and ways back; and when none of it is believed. Pure.
import type { Moment } from "../../test/support/frameWatch.ts";
import { type Observation, type Seen, STRANGERS } from "./observe.ts";

/** A frame is on the screen for so long by right, ms: 40 at 25 a second, a beat of a 60 Hz screen, and slowed by 8 %. */
export const HELD_MS = 80;
/** A picture without a readable barcode is placed by its media time when another of its tab was read this near to it, ms. */
export const PLACED_WITHIN_MS = 2_000;
/** Beyond this, barcode → encoded is not believed (DESIGN, the picture that tells the truth), ms. */
export const ENCODE_BELIEVED_MS = 100;
/** A machine that did more beside this run was busy with others: its figures are theirs, cores. */
export const STRANGERS_LIMIT = 0.4;
/** A viewer is where it should be within this, ms. */
export const KEPT_WITHIN_MS = 100;
/** … and stays there for so long. */
const KEPT_FOR_MS = 2_000;

/** Who does not count in a spread, and why; each is counted and printed. */
export const exclusions = {
  "no barcode": "the barcode of its picture could not be read, nor one near it",
  lost: "the tab answered no question any more",
} as const;
export type Exclusion = keyof typeof exclusions;

/** How far behind the camera a tab's picture was at an instant. */
export interface Place {
  readonly at: number;
  readonly latencyMs: number;
  readonly mediaTime: number;
}

/** Latencies by instant; a frame that stands ages. */
export function placesOf({ moments }: Pick<Seen, "moments">): Place[] {
  let near: { mediaTime: number; drawnAt: number } | null = null;
  const places: Place[] = [];
  for (const moment of moments) {
    const drawnAt: number | null = moment.drawnAt ?? placed(moment, near);
    if (drawnAt === null) continue;
    if (moment.drawnAt !== null) near = { mediaTime: moment.mediaTime, drawnAt };
    const latencyMs = Math.max(moment.shownAt - drawnAt, moment.at - drawnAt - HELD_MS);
    places.push({ at: moment.at, latencyMs, mediaTime: moment.mediaTime });
  }
  return places;
}

function placed(
  { mediaTime }: Moment,
  near: { mediaTime: number; drawnAt: number } | null,
): number | null {
  const aheadMs = near === null ? Number.NaN : (mediaTime - near.mediaTime) * 1_000;
  return near !== null && Math.abs(aheadMs) <= PLACED_WITHIN_MS ? near.drawnAt + aheadMs : null;
}

/** The distance between the first and the last viewer at each instant, and who did not count how often. */
export function spreadsOf(seen: readonly Seen[]): {
  spreads: number[];
  excluded: Record<Exclusion, number>;
} {
  const byInstant = new Map<number, number[]>();
  const excluded: Record<Exclusion, number> = { "no barcode": 0, lost: 0 };
  for (const tab of seen)
    for (const { at, latencyMs } of placesOf(tab)) {
      const latencies = byInstant.get(at) ?? [];
      latencies.push(latencyMs);
      byInstant.set(at, latencies);
    }
  const lost = seen.filter((tab) => tab.lost !== null).length;
  const spreads: number[] = [];
  for (const latencies of byInstant.values()) {
    excluded.lost += lost;
    excluded["no barcode"] += Math.max(0, seen.length - lost - latencies.length);
    if (latencies.length >= 2) spreads.push(Math.max(...latencies) - Math.min(...latencies));
  }
  return { spreads, excluded };
}

/** How long after `from` a viewer was away from its target for the last time, ms; 0: it never left; null: not back. */
export function awayMs(
  places: readonly Place[],
  from: number,
  {
    targetAt,
    withinMs,
    until,
  }: { targetAt: (at: number) => number; withinMs: number; until: number },
): number | null {
  let backAt = from;
  let keptSince: number | null = null;
  let left = false;
  for (const { at, latencyMs } of places) {
    if (at < from || at > until) continue;
    if (Math.abs(latencyMs - targetAt(at)) > withinMs) {
      left = true;
      keptSince = null;
      continue;
    }
    if (keptSince === null) {
      keptSince = at;
      backAt = at;
    }
    if (left && at - keptSince >= KEPT_FOR_MS) return backAt - from;
  }
  if (!left) return 0;
  return keptSince === null ? null : backAt - from;
}

/** Why a group is not believed, or null. */
export function voidReason({ seen, summaries, cores }: Observation): string | null {
  const busy = busyReason(cores);
  if (busy !== null) return busy;
  const moments = seen.flatMap((tab) => tab.moments);
  const read = moments.filter(({ drawnAt }) => drawnAt !== null).length;
  if (read < moments.length / 2 || moments.length === 0)
    return `only ${read} of ${moments.length} barcodes were read`;
  const silent = seen.find((tab) => tab.moments.length === 0);
  if (silent) return `${silent.spectator.name} never showed a picture`;
  const encoded = barcodeToEncodedMs(seen, summaries);
  return encoded !== null && (encoded < 0 || encoded > ENCODE_BELIEVED_MS)
    ? `barcode → encoded is ${encoded.toFixed(0)} ms p50, not within 0 to ${ENCODE_BELIEVED_MS}`
    : null;
}

/** Why a measurement beside others is not believed, or null. */
export function busyReason(cores: ReadonlyMap<string, number>): string | null {
  const strangers = cores.get(STRANGERS) ?? 0;
  return strangers > STRANGERS_LIMIT
    ? `${STRANGERS} took ${strangers.toFixed(1)} cores, more than ${STRANGERS_LIMIT}`
    : null;
}

/** Media times of this size are capture times, as in our DASH; an HLS player counts from its own start. */
const EPOCH_S = 1e9;

/** From the barcode's instant to the frame's bytes at the encoder's end, ms p50; null when nobody told. */
export function barcodeToEncodedMs(
  seen: readonly Pick<Seen, "moments">[],
  summaries: Observation["summaries"],
): number | null {
  const encode = summaries.flatMap(({ hops }) =>
    hops.filter(({ hop }) => hop === "encode").map(({ ms }) => ms.p50),
  );
  if (encode.length === 0) return null;
  // The hop counts from the frame's instant on the grid, the barcode from when it was painted.
  const painted = seen
    .flatMap(({ moments }) => moments)
    .flatMap(({ drawnAt, mediaTime }) =>
      drawnAt !== null && mediaTime > EPOCH_S ? [drawnAt - mediaTime * 1_000] : [],
    );
  return median(encode) - (painted.length > 0 ? median(painted) : 0);
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
