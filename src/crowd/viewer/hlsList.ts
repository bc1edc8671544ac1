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
  const parts: HlsPart[] = [];
  let startsAt: number | null = null;
  let segment = playlist.mediaSequence + playlist.skippedSegments;
  const add = (from: { startsAt: number | null; parts: readonly PlaylistPart[] }): number => {
    let startMs = from.startsAt ?? startsAt;
    if (startMs === null) throw new Error("no EXT-X-PROGRAM-DATE-TIME");
    for (const [part, listed] of from.parts.entries()) {
      const { independent, gap, durationMs } = listed;
      const where = resolved(listed.uri, path);
      parts.push({ segment, part, path: where, independent, gap, startMs, durationMs });
      startMs += durationMs;
    }
    return startMs;
  };
  for (const complete of playlist.segments) {
    const start: number | null = complete.startsAt ?? startsAt;
    add({ startsAt: start, parts: complete.parts });
    startsAt = start === null ? null : start + complete.durationMs;
    segment += 1;
  }
  const growing = playlist.growing ?? { startsAt: null, parts: [] };
  const endMs = add(growing);
  if (!playlist.control.canBlockReload || playlist.partTargetMs === 0)
    throw new Error("no blocking reload by parts");
  return {
    parts,
    nextSegment: segment,
    nextPart: growing.parts.length,
    endMs,
    hintPath: playlist.preloadHint === null ? null : resolved(playlist.preloadHint, path),
    initPath: resolved(playlist.map, path),
    partTargetMs: playlist.partTargetMs,
    // rfc8216bis 4.4.3.8: at least twice, better three times the part target.
    holdBackMs: Math.max(playlist.control.partHoldBackMs, 2 * playlist.partTargetMs),
  };
}
