// Delta updates (rfc8216bis 6.2.5.1): the same playlist without the segments that the player has.
import { hlsErrors } from "./errors.ts";
import type { CompleteSegment, MediaPlaylist } from "./mediaPlaylist.ts";

/** The delta update of a whole playlist; the playlist itself when nothing lies beyond the skip boundary. */
export function deltaOf(playlist: MediaPlaylist): MediaPlaylist {
  const { canSkipUntilMs } = playlist.control;
  if (canSkipUntilMs === null || playlist.skippedSegments > 0) return playlist;
  let fromEnd = 0;
  for (const part of playlist.growing?.parts ?? []) fromEnd += part.durationMs;
  let kept = 0;
  // A segment stays while any of it is within the boundary.
  for (const segment of playlist.segments.toReversed()) {
    if (fromEnd > canSkipUntilMs) break;
    fromEnd += segment.durationMs;
    kept += 1;
  }
  const skippedSegments = playlist.segments.length - kept;
  if (skippedSegments === 0) return playlist;
  return { ...playlist, skippedSegments, segments: playlist.segments.slice(skippedSegments) };
}

/** The whole playlist that `delta` stands for, given an earlier one. @throws hls/delta-does-not-fit */
export function applyDelta(earlier: MediaPlaylist, delta: MediaPlaylist): MediaPlaylist {
  if (delta.skippedSegments === 0) return delta;
  const first = delta.mediaSequence;
  const last = first + delta.skippedSegments - 1;
  const from = first - earlier.mediaSequence - earlier.skippedSegments;
  const skipped = earlier.segments.slice(Math.max(from, 0), from + delta.skippedSegments);
  if (from < 0 || skipped.length < delta.skippedSegments)
    throw hlsErrors.make("delta-does-not-fit", { first, last });
  // Their parts are too old to be listed by now.
  const older = skipped.map((segment): CompleteSegment => ({ ...segment, parts: [] }));
  return { ...delta, skippedSegments: 0, segments: [...older, ...delta.segments] };
}
