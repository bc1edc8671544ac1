// What of an MPD the engine plays: one grid of parts for all tracks, H.264 and AAC, text as WebVTT. Pure.
import { type AdaptationSet, type Presentation, readMpd, type Representation } from "#media/dash";
import { LOCATIONS_LIMIT } from "./limits.ts";
import type { PartGrid } from "./partGrid.ts";

export type TrackKind = "video" | "audio" | "text";

/** One rung of a track. Addresses are relative to a location. */
export interface Rung {
  readonly id: string;
  /** The type that a media source is asked for. */
  readonly type: string;
  readonly kbps: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly header: string;
  /** A segment's address with `$Number$` in it. */
  readonly media: string;
}

/** One track; its rungs from low to high. */
export interface Track {
  readonly kind: TrackKind;
  readonly language: string | null;
  readonly timescale: number;
  readonly partTicks: number;
  /** Of the segment at the availability start. */
  readonly firstNumber: number;
  /** Media time at the availability start, ticks. */
  readonly offsetTicks: number;
  readonly rungs: readonly Rung[];
}

/** A base address under the name that steering gives it. */
export interface Location {
  readonly name: string;
  readonly url: string;
}

/** A stream that the engine plays. */
export interface Stream {
  readonly grid: PartGrid;
  readonly tracks: readonly Track[];
  readonly locations: readonly Location[];
}

/** Why an MPD is not played, as a person reads it. */
export const refusals = {
  unreadable: "the manifest is none of a live stream with numbered segments",
  noPicture: "the manifest has no H.264 picture",
  noParts: "its segments are not made of whole parts",
  severalGrids: "sound and picture do not share one grid of parts",
} as const;
export type Refusal = keyof typeof refusals;

/** Reads an MPD; `url` is where it came from. */
export function readStream(
  text: string,
  url: string,
): { stream: Stream } | { refused: Refusal; why: string } {
  let told: Presentation;
  try {
    told = readMpd(text);
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    return { refused: "unreadable", why };
  }
  const video = told.sets.find((set) => codecIs(set, "avc1"));
  const audio = told.sets.find((set) => codecIs(set, "mp4a"));
  const texts = told.sets.filter((set) => codecIs(set, "wvtt"));
  if (!video) return refuse("noPicture");
  const grid = gridOf(video, told);
  if (!grid) return refuse("noParts");
  const timed = [video, ...(audio ? [audio] : []), ...texts];
  if (!timed.every((set) => fits(set, grid))) return refuse("severalGrids");
  return { stream: { grid, tracks: timed.map(trackOf), locations: locationsOf(told, url) } };
}

const refuse = (refused: Refusal): { refused: Refusal; why: string } => ({
  refused,
  why: refusals[refused],
});

const codecIs = (set: AdaptationSet, family: string): boolean =>
  set.representations.length > 0 &&
  set.representations.every(({ codec }) => codec.startsWith(family));

function gridOf(video: AdaptationSet, told: Presentation): PartGrid | null {
  const { timescale, segmentTicks, partTicks, randomAccessTicks } = video;
  const whole = (above: number, below: number): boolean => below > 0 && above % below === 0;
  if (!whole(segmentTicks, partTicks) || !whole(segmentTicks, randomAccessTicks)) return null;
  if (!whole(randomAccessTicks, partTicks)) return null;
  const partMs = (partTicks * 1_000) / timescale;
  const segmentMs = (segmentTicks * 1_000) / timescale;
  // 5.3.9.5.3: from the start of a segment to its availability, less its first part, is the way to the viewer.
  const delayMs = segmentMs - partMs - told.availabilityOffsetMs;
  return {
    startMs: told.availabilityStartTime,
    partMs,
    perSegment: segmentTicks / partTicks,
    joinEvery: randomAccessTicks / partTicks,
    delayMs: Math.min(Math.max(0, delayMs), segmentMs),
  };
}

/** Another track has the same segments; its parts may only be as long as the picture's, or the whole segment. */
function fits(set: AdaptationSet, grid: PartGrid): boolean {
  const segmentMs = (set.segmentTicks * 1_000) / set.timescale;
  return Math.abs(segmentMs - grid.partMs * grid.perSegment) < 0.5;
}

function trackOf(set: AdaptationSet): Track {
  const { kind, language, timescale, partTicks } = set;
  const rungs = set.representations.map(rungOf).sort((a, b) => a.kbps - b.kbps);
  const [firstNumber, offsetTicks] = [set.startNumber, set.presentationTimeOffset];
  return { kind, language, timescale, partTicks, firstNumber, offsetTicks, rungs };
}

const containers = { avc1: "video/mp4", mp4a: "audio/mp4" } as const;

function rungOf(from: Representation): Rung {
  const container = containers[from.codec.slice(0, 4) as keyof typeof containers];
  return {
    id: from.id,
    type: `${container ?? "application/mp4"}; codecs="${from.codec}"`,
    kbps: from.bandwidth / 1_000,
    width: from.size?.width ?? null,
    height: from.size?.height ?? null,
    header: from.initialization,
    media: from.media,
  };
}

/** Without a base address of its own, all lies beside the MPD. */
function locationsOf(told: Presentation, url: string): Location[] {
  const named = told.locations.filter((location) => URL.canParse(location.url));
  if (named.length > 0) return named.slice(0, LOCATIONS_LIMIT);
  return [{ name: "", url: URL.canParse(url) ? new URL(".", url).href : url }];
}

/** The address of a header, a segment (`part` null) or a part of one, CMCD added, before it is routed. */
export function mediaUrl(
  location: Location,
  rung: Rung,
  segment: { number: number; part: number | null },
): string {
  const { number, part } = segment;
  const named = rung.media.replace("$Number$", () => String(number));
  // A part lies beside its segment: `{n}.m4s`, `{n}.{p}.m4s`.
  const path =
    part === null ? named : named.replace(/(\.[^./?]+)(?=$|\?)/, (ending) => `.${part}${ending}`);
  return new URL(path, location.url).href;
}
