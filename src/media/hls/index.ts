// HLS playlists as plain values, written and read (draft-pantos-hls-rfc8216bis). Pure.
export { applyDelta, deltaOf } from "./delta.ts";
export { hlsErrors } from "./errors.ts";
export {
  ATTRIBUTES_LIMIT,
  PARTS_IN_PLAYLIST_LIMIT,
  PLAYLIST_CHARS_LIMIT,
  SEGMENTS_IN_PLAYLIST_LIMIT,
  WEBVTT_CHARS_LIMIT,
  WEBVTT_CUES_LIMIT,
} from "./limits.ts";
export type {
  CompleteSegment,
  GrowingSegment,
  MediaPlaylist,
  PlaylistPart,
  RenditionReport,
  ServerControl,
} from "./mediaPlaylist.ts";
export {
  type AudioRendition,
  type MultivariantPlaylist,
  type Pathway,
  type TextRendition,
  type VideoRendition,
  writeMultivariantPlaylist,
} from "./multivariant.ts";
export { readMediaPlaylist } from "./readMedia.ts";
export {
  MPEG_TS_MODULUS,
  readWebvtt,
  type WebvttCue,
  type WebvttSegment,
  writeWebvtt,
} from "./webvtt.ts";
export { HLS_VERSION, writeMediaPlaylist } from "./writeMedia.ts";
