// The writer of media playlists. The reader of the same values: readMedia.ts.
import { isoTime, type UtcMs } from "#base";
import { attributeList, plain, quoted, seconds } from "./attributes.ts";
import type { MediaPlaylist, PlaylistPart } from "./mediaPlaylist.ts";

/** The protocol version: 9 is the lowest that knows EXT-X-SKIP (rfc8216bis 8). */
export const HLS_VERSION = 9;

/** The playlist as text, or its delta update when it skips segments. @throws hls/bad-value for a name it cannot hold */
export function writeMediaPlaylist(playlist: MediaPlaylist): string {
  const lines = header(playlist);
  if (playlist.skippedSegments > 0)
    lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${playlist.skippedSegments}`);
  // Also in a delta update: the tag holds for what follows it, so that the update can be played without the older list.
  if (playlist.map !== null) lines.push(`#EXT-X-MAP:URI=${quoted(playlist.map)}`);
  for (const segment of playlist.segments) {
    pushDate(lines, segment.startsAt);
    if (segment.gap) lines.push("#EXT-X-GAP");
    lines.push(...segment.parts.map(partLine));
    lines.push(`#EXTINF:${seconds(segment.durationMs)},`, plain(segment.uri));
  }
  if (playlist.growing) {
    pushDate(lines, playlist.growing.startsAt);
    lines.push(...playlist.growing.parts.map(partLine));
  }
  if (playlist.preloadHint !== null)
    lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI=${quoted(playlist.preloadHint)}`);
  for (const report of playlist.renditionReports) {
    const { uri, lastSegment, lastPart } = report;
    lines.push(
      `#EXT-X-RENDITION-REPORT:URI=${quoted(uri)},LAST-MSN=${lastSegment},LAST-PART=${lastPart}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function header(playlist: MediaPlaylist): string[] {
  const { control } = playlist;
  const serverControl = attributeList([
    ["CAN-BLOCK-RELOAD", control.canBlockReload ? "YES" : null],
    ["PART-HOLD-BACK", seconds(control.partHoldBackMs)],
    ["HOLD-BACK", seconds(control.holdBackMs)],
    ["CAN-SKIP-UNTIL", control.canSkipUntilMs === null ? null : seconds(control.canSkipUntilMs)],
  ]);
  return [
    "#EXTM3U",
    `#EXT-X-VERSION:${HLS_VERSION}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
    `#EXT-X-TARGETDURATION:${playlist.targetDurationS}`,
    `#EXT-X-SERVER-CONTROL:${serverControl}`,
    `#EXT-X-PART-INF:PART-TARGET=${seconds(playlist.partTargetMs)}`,
    `#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}`,
  ];
}

function pushDate(lines: string[], startsAt: UtcMs | null): void {
  if (startsAt !== null) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${isoTime(startsAt)}`);
}

function partLine(part: PlaylistPart): string {
  const attributes = attributeList([
    ["DURATION", seconds(part.durationMs)],
    ["URI", quoted(part.uri)],
    ["INDEPENDENT", part.independent ? "YES" : null],
    ["GAP", part.gap ? "YES" : null],
  ]);
  return `#EXT-X-PART:${attributes}`;
}
