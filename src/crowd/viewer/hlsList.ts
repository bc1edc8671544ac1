// What a viewer does with a media playlist: the parts that it may ask for, and where they lie in time. Pure.
import type { MediaPlaylist, PlaylistPart } from "#media/hls";
import { resolved } from "./dashPlan.ts";

/** A part as a viewer asks for it. */
export interface HlsPart {
  readonly segment: number;
  readonly part: number;
  readonly path: string;
  readonly independent: boolean;
  readonly gap: boolean;
  /** Capture time of its first frame, UTC ms. */
  readonly startMs: number;
  readonly durationMs: number;
}

export interface HlsList {
  /** In order; those of the segments that still list them. */
  readonly parts: readonly HlsPart[];
  /** Behind the last part: what the next playlist is asked for, and where the media ends. */
  readonly nextSegment: number;
  readonly nextPart: number;
  readonly endMs: number;
  /** The next part's path, which may be asked for now. */
  readonly hintPath: string | null;
  readonly initPath: string;
  readonly partTargetMs: number;
  readonly holdBackMs: number;
}

/** @throws Error for a playlist that cannot be followed by its parts */
export function hlsList(playlist: MediaPlaylist, path: string): HlsList {
  if (!playlist.control.canBlockReload || playlist.partTargetMs === 0)
    throw new Error("no blocking reload by parts");
  if (playlist.map === null) throw new Error("no EXT-X-MAP: pictures and sound have a header");
  const parts: HlsPart[] = [];
  let segment = playlist.mediaSequence + playlist.skippedSegments;
  // Where the segment begins, as its date says, or as the one before it ended.
  let startMs: number | null = null;
  for (const complete of playlist.segments) {
    startMs = complete.startsAt ?? startMs;
    if (startMs === null) throw new Error("no EXT-X-PROGRAM-DATE-TIME");
    parts.push(...placed(complete.parts, { segment, startMs, path }));
    startMs += complete.durationMs;
    segment += 1;
  }
  const growing = playlist.growing?.parts ?? [];
  startMs = playlist.growing?.startsAt ?? startMs;
  if (startMs === null) throw new Error("no EXT-X-PROGRAM-DATE-TIME");
  parts.push(...placed(growing, { segment, startMs, path }));
  return {
    parts,
    nextSegment: segment,
    nextPart: growing.length,
    endMs: growing.reduce((end, { durationMs }) => end + durationMs, startMs),
    hintPath: playlist.preloadHint === null ? null : resolved(playlist.preloadHint, path),
    initPath: resolved(playlist.map, path),
    partTargetMs: playlist.partTargetMs,
    // rfc8216bis 4.4.3.8: at least twice, better three times the part target.
    holdBackMs: Math.max(playlist.control.partHoldBackMs, 2 * playlist.partTargetMs),
  };
}

/** A segment's parts, numbered and placed one after another. */
function placed(
  parts: readonly PlaylistPart[],
  at: { segment: number; startMs: number; path: string },
): HlsPart[] {
  let { startMs } = at;
  return parts.map(({ uri, independent, gap, durationMs }, part) => {
    const path = resolved(uri, at.path);
    const one = { segment: at.segment, part, path, independent, gap, startMs, durationMs };
    startMs += durationMs;
    return one;
  });
}
