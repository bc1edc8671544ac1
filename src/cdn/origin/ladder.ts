// From tracks to what the multivariant playlist and the MPD say. Pure: the same tracks give the same text.
import type { UtcMs } from "#base";
import { utcMs } from "#base";
import type { AdaptationSet, Presentation, Representation } from "#media/dash";
import { type Grid, partTicks, segmentTicks } from "#media/grid";
import type { MultivariantPlaylist } from "#media/hls";
import type { Track } from "#packager";
import { MPD_UPDATE_MS, PLAYLIST_MS } from "./limits.ts";
import type { OriginOptions } from "./options.ts";

/** What of the origin's options goes into manifests. */
export type ManifestOptions = Pick<
  OriginOptions,
  "channel" | "pathways" | "steering" | "timeUrl" | "targetLatencyMs"
> & { answerableDelayMs: number };

/** A player may drift this far behind its target before it jumps, ms. */
const LATENCY_SLACK_MS = 1_000;
/** Rates at which nobody hears the difference, and that still take back a second in half a minute. */
const PLAYBACK_RATE = { min: 0.92, max: 1.08 };

const byRate = (a: Track, b: Track): number => a.bandwidth - b.bandwidth;
const byName = (a: Track, b: Track): number => (a.rendition < b.rendition ? -1 : 1);
const sizeOf = ({ width, height }: Track): { width: number; height: number } | null =>
  width && height ? { width, height } : null;

function ofKind(tracks: readonly Track[], kind: Track["kind"]): Track[] {
  const some = tracks.filter((track) => track.kind === kind);
  return some.sort(kind === "video" ? byRate : byName);
}

const baseOf = (url: string, channel: string): string => `${url.replace(/\/+$/, "")}/${channel}/`;

/** The multivariant playlist of these tracks. */
export function multivariantOf(
  tracks: readonly Track[],
  options: ManifestOptions,
): MultivariantPlaylist {
  const common = (track: Track) => ({
    name: track.rendition,
    uri: `${track.rendition}.m3u8`,
    codec: track.codec,
    bandwidth: track.bandwidth,
    averageBandwidth: track.averageBandwidth,
  });
  return {
    video: firstChoiceFirst(ofKind(tracks, "video")).map((track) => ({
      ...common(track),
      size: sizeOf(track),
      frameRate: track.frameRate ?? null,
    })),
    audio: ofKind(tracks, "audio").map((track) => ({
      ...common(track),
      language: track.language ?? null,
      channels: track.channels ?? null,
    })),
    text: ofKind(tracks, "text").map((track) => ({
      ...common(track),
      label: labelOf(track),
      language: track.language ?? null,
    })),
    pathways: options.pathways.map(({ id, url }) => ({ id, base: baseOf(url, options.channel) })),
    steeringUri: options.steering?.hls ?? null,
  };
}

/** A language by its own name, such as `italiano`, for the menu of subtitles; the rendition where it has none. */
function labelOf({ rendition, language }: Track): string {
  if (language === undefined) return rendition;
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(language) ?? rendition;
  } catch {
    return rendition; // an encoder's language is what it says, not always a language
  }
}

/** Players begin with the first variant: the middle rung starts quickly anywhere; the others follow from high to low. */
function firstChoiceFirst(rungs: Track[]): Track[] {
  const highToLow = rungs.toReversed();
  const middle = highToLow[Math.floor(highToLow.length / 2)];
  return middle ? [middle, ...highToLow.filter((rung) => rung !== middle)] : [];
}

/** The MPD of these tracks on this grid. */
export function presentationOf(
  tracks: readonly Track[],
  options: ManifestOptions & { grid: Grid; publishTime: UtcMs },
): Presentation {
  const { grid, targetLatencyMs } = options;
  return {
    publishTime: options.publishTime,
    availabilityStartTime: utcMs(0),
    updatePeriodMs: MPD_UPDATE_MS,
    timeShiftMs: PLAYLIST_MS,
    segmentMs: grid.segmentMs,
    minBufferMs: grid.partMs,
    // The first part is asked for when it is answerable, so that the times told are true.
    availabilityOffsetMs: Math.max(0, grid.segmentMs - grid.partMs - options.answerableDelayMs),
    latency: {
      targetMs: targetLatencyMs,
      minMs: Math.min(targetLatencyMs, grid.partMs + options.answerableDelayMs),
      maxMs: targetLatencyMs + LATENCY_SLACK_MS,
    },
    playbackRate: PLAYBACK_RATE,
    timing: { scheme: "iso", url: options.timeUrl ?? "/time" },
    locations: options.pathways.map(({ id, url }) => ({
      name: id,
      url: baseOf(url, options.channel),
    })),
    // Media never waits for the steering server: it is asked once the first picture is there.
    steering: options.steering && { url: options.steering.dash, queryBeforeStart: false },
    sets: (["video", "audio", "text"] as const)
      .flatMap((kind) => ofKind(tracks, kind))
      .reduce<AdaptationSet[]>((sets, track) => withTrack(sets, track, grid), []),
  };
}

/** Tracks between which a player can switch share a set: same kind, language, timescale and codec family. */
function withTrack(sets: AdaptationSet[], track: Track, grid: Grid): AdaptationSet[] {
  const family = track.codec.slice(0, 4);
  const set = sets.find(
    (one) =>
      one.kind === track.kind &&
      one.language === (track.language ?? null) &&
      one.timescale === track.timescale &&
      one.representations[0]?.codec.startsWith(family),
  );
  if (set) {
    set.representations.push(representationOf(track));
    return sets;
  }
  const { kind, timescale } = track;
  const part = partTicks(grid, timescale);
  return [
    ...sets,
    {
      kind,
      language: track.language ?? null,
      timescale,
      segmentTicks: segmentTicks(grid, timescale),
      partTicks: part,
      randomAccessTicks: kind === "video" ? independentTicks(grid, timescale) : part,
      startNumber: 0,
      presentationTimeOffset: 0,
      representations: [representationOf(track)],
    },
  ];
}

/** An independent part stands at the segment's start and, where its parts can be halved, in its middle. */
function independentTicks(grid: Grid, timescale: number): number {
  const segment = segmentTicks(grid, timescale);
  return grid.partsPerSegment % 2 === 0 ? segment / 2 : segment;
}

function representationOf(track: Track): Representation {
  const { rendition } = track;
  return {
    id: rendition,
    codec: track.codec,
    bandwidth: track.bandwidth,
    initialization: `${rendition}/init-${track.init.hash}.mp4`,
    media: `${rendition}/$Number$.m4s`,
    size: sizeOf(track),
    frameRate: track.frameRate ?? null,
    sampleRate: track.sampleRate ?? null,
    channels: track.channels ?? null,
  };
}
