// The values behind a media playlist. Durations are milliseconds; they are written as exact decimal seconds.
import type { UtcMs } from "#base";

/** rfc8216bis 4.4.4.9 (EXT-X-PART). */
export interface PlaylistPart {
  uri: string;
  durationMs: number;
  /** Begins with a frame that can be decoded alone. */
  independent: boolean;
  /** Declared missing: it must not be fetched. */
  gap: boolean;
}

/** A segment that is complete (rfc8216bis 4.4.4). */
export interface CompleteSegment {
  uri: string;
  durationMs: number;
  /** Capture time of its first frame (EXT-X-PROGRAM-DATE-TIME, 4.4.4.6); null when the playlist does not say. */
  startsAt: UtcMs | null;
  /** Missing as a whole (EXT-X-GAP, 4.4.4.7): all its parts are gaps. */
  gap: boolean;
  /** Its parts, while they are near enough to the live edge to be listed; else empty. */
  parts: PlaylistPart[];
}

/** The segment being made: its parts so far. */
export interface GrowingSegment {
  startsAt: UtcMs | null;
  parts: PlaylistPart[];
}

/** rfc8216bis 4.4.3.8 (EXT-X-SERVER-CONTROL). */
export interface ServerControl {
  /** Requests for a part that is still to come are held until it is there. */
  canBlockReload: boolean;
  /** How far from the end a player stays that plays by parts; at least three part targets. */
  partHoldBackMs: number;
  /** How far from the end a player stays that plays by segments; at least three target durations. */
  holdBackMs: number;
  /** Segments further than this from the end may be skipped; at least six target durations. Null: no delta updates. */
  canSkipUntilMs: number | null;
}

/** How far another rendition is (rfc8216bis 4.4.5.4, EXT-X-RENDITION-REPORT). */
export interface RenditionReport {
  /** Relative to this playlist. */
  uri: string;
  lastSegment: number;
  lastPart: number;
}

/** A live media playlist (rfc8216bis 4.3 and 4.4). */
export interface MediaPlaylist {
  /** Whole seconds, constant for the life of the channel (4.4.3.1). */
  targetDurationS: number;
  /** No part is longer (4.4.3.7, EXT-X-PART-INF). */
  partTargetMs: number;
  control: ServerControl;
  /** Number of the first segment, skipped ones counted (4.4.3.2). */
  mediaSequence: number;
  /** Segments left out of a delta update (4.4.5.2, EXT-X-SKIP); 0 in a whole playlist. */
  skippedSegments: number;
  /** The header of every segment (4.4.4.5, EXT-X-MAP); null for segments that need none (WebVTT). */
  map: string | null;
  segments: CompleteSegment[];
  growing: GrowingSegment | null;
  /** The next part, which may be asked for now (4.4.5.3, EXT-X-PRELOAD-HINT). */
  preloadHint: string | null;
  renditionReports: RenditionReport[];
}
