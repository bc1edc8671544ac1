// The reader of media playlists: what the headless viewer and the tests need of rfc8216bis. Unknown tags are passed over
// (rfc8216bis 6.3.1); known ones that are malformed are refused.
import { parseIsoTime, type UtcMs } from "#base";
import {
  type AttributeMap,
  milliseconds,
  readAttributes,
  unquoted,
  wholeNumber,
} from "./attributes.ts";
import { hlsErrors } from "./errors.ts";
import {
  PARTS_IN_PLAYLIST_LIMIT,
  PLAYLIST_CHARS_LIMIT,
  SEGMENTS_IN_PLAYLIST_LIMIT,
} from "./limits.ts";
import type {
  CompleteSegment,
  MediaPlaylist,
  PlaylistPart,
  RenditionReport,
  ServerControl,
} from "./mediaPlaylist.ts";

/** What has been read so far. */
interface Draft {
  targetDurationS: number | null;
  partTargetMs: number;
  control: ServerControl;
  mediaSequence: number;
  skippedSegments: number;
  map: string | null;
  segments: CompleteSegment[];
  preloadHint: string | null;
  renditionReports: RenditionReport[];
  /** The segment under way: its URI closes it. */
  open: { startsAt: UtcMs | null; gap: boolean; durationMs: number | null; parts: PlaylistPart[] };
  partCount: number;
}

const opened = (): Draft["open"] => ({ startsAt: null, gap: false, durationMs: null, parts: [] });

/**
 * Reads a live media playlist.
 * @throws hls/not-a-playlist when it is something else, or too long
 * @throws hls/bad-tag with the line that breaks the rules
 */
export function readMediaPlaylist(text: string): MediaPlaylist {
  if (text.length > PLAYLIST_CHARS_LIMIT)
    throw hlsErrors.make("not-a-playlist", {
      problem: `it has ${text.length} characters, the limit is ${PLAYLIST_CHARS_LIMIT}`,
    });
  const lines = text.split(/\r?\n/);
  if (lines[0] !== "#EXTM3U")
    throw hlsErrors.make("not-a-playlist", { problem: "it does not begin with #EXTM3U" });
  const draft: Draft = {
    targetDurationS: null,
    partTargetMs: 0,
    control: { canBlockReload: false, partHoldBackMs: 0, holdBackMs: 0, canSkipUntilMs: null },
    mediaSequence: 0,
    skippedSegments: 0,
    map: null,
    segments: [],
    preloadHint: null,
    renditionReports: [],
    open: opened(),
    partCount: 0,
  };
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const problem = line.startsWith("#") ? readTag(draft, line) : closeSegment(draft, line);
    if (problem !== null) throw hlsErrors.make("bad-tag", { line: index + 1, problem });
  }
  return finish(draft);
}

function finish(draft: Draft): MediaPlaylist {
  const { targetDurationS, map, open, partCount: _counted, ...rest } = draft;
  if (targetDurationS === null)
    throw hlsErrors.make("not-a-playlist", { problem: "it has no EXT-X-TARGETDURATION" });
  if (map === null && !isText(draft))
    throw hlsErrors.make("not-a-playlist", { problem: "it has no EXT-X-MAP" });
  if (open.durationMs !== null)
    throw hlsErrors.make("not-a-playlist", { problem: "it ends before the URI of a segment" });
  const growing =
    open.parts.length > 0 || open.startsAt !== null
      ? { startsAt: open.startsAt, parts: open.parts }
      : null;
  return { ...rest, targetDurationS, map, growing };
}

/** Segments of WebVTT need no header; those of CMAF do (rfc8216bis 3.1.2, 3.1.4). */
function isText({ segments, open }: Draft): boolean {
  const named = [...segments, ...open.parts].map(({ uri }) => uri);
  return named.length > 0 && named.every((uri) => /\.vtt(?:\?|$)/.test(uri));
}

/** A URI line ends its segment. Gives the problem, or null. */
function closeSegment(draft: Draft, uri: string): string | null {
  const { open } = draft;
  if (open.durationMs === null) return "a URI without its EXTINF";
  if (draft.segments.length >= SEGMENTS_IN_PLAYLIST_LIMIT) return "too many segments";
  const { startsAt, gap, durationMs, parts } = open;
  draft.segments.push({ uri, durationMs, startsAt, gap, parts });
  draft.open = opened();
  return null;
}

type TagReader = (draft: Draft, value: string) => string | null;

/** Reads a tag whose value is an attribute list. */
const listed =
  (read: (draft: Draft, attributes: AttributeMap) => string | null): TagReader =>
  (draft, value) => {
    const attributes = readAttributes(value);
    return attributes ? read(draft, attributes) : "a malformed attribute list";
  };

const tags: ReadonlyMap<string, TagReader> = new Map<string, TagReader>([
  [
    "EXT-X-TARGETDURATION",
    (draft, value) => {
      draft.targetDurationS = wholeNumber(value);
      return draft.targetDurationS === null ? "a target duration that is no whole number" : null;
    },
  ],
  [
    "EXT-X-MEDIA-SEQUENCE",
    (draft, value) => {
      const sequence = wholeNumber(value);
      if (sequence === null) return "a media sequence that is no whole number";
      draft.mediaSequence = sequence;
      return null;
    },
  ],
  [
    "EXT-X-PROGRAM-DATE-TIME",
    (draft, value) => {
      draft.open.startsAt = parseIsoTime(value);
      return draft.open.startsAt === null ? "a date that is not ISO 8601 with a zone" : null;
    },
  ],
  ["EXT-X-GAP", (draft) => ((draft.open.gap = true), null)],
  [
    "EXTINF",
    (draft, value) => {
      draft.open.durationMs = milliseconds(value.split(",", 1)[0]);
      return draft.open.durationMs === null ? "a duration that is no decimal number" : null;
    },
  ],
  ["EXT-X-SERVER-CONTROL", listed(readServerControl)],
  [
    "EXT-X-PART-INF",
    listed((draft, attributes) => {
      const target = milliseconds(attributes.get("PART-TARGET"));
      if (target === null) return "no PART-TARGET";
      draft.partTargetMs = target;
      return null;
    }),
  ],
  [
    "EXT-X-SKIP",
    listed((draft, attributes) => {
      const skipped = wholeNumber(attributes.get("SKIPPED-SEGMENTS"));
      if (skipped === null || skipped > SEGMENTS_IN_PLAYLIST_LIMIT)
        return "no usable SKIPPED-SEGMENTS";
      draft.skippedSegments = skipped;
      return null;
    }),
  ],
  [
    "EXT-X-MAP",
    listed((draft, attributes) => {
      draft.map = unquoted(attributes.get("URI"));
      return draft.map === null ? "no URI" : null;
    }),
  ],
  ["EXT-X-PART", listed(readPart)],
  [
    "EXT-X-PRELOAD-HINT",
    listed((draft, attributes) => {
      if (attributes.get("TYPE") !== "PART") return null;
      draft.preloadHint = unquoted(attributes.get("URI"));
      return draft.preloadHint === null ? "no URI" : null;
    }),
  ],
  ["EXT-X-RENDITION-REPORT", listed(readReport)],
]);

/** Gives the problem, or null. */
function readTag(draft: Draft, line: string): string | null {
  const colon = line.indexOf(":");
  const name = line.slice(1, colon < 0 ? undefined : colon);
  const problem = tags.get(name)?.(draft, colon < 0 ? "" : line.slice(colon + 1)) ?? null;
  return problem === null ? null : `${name} with ${problem}`;
}

function readServerControl(draft: Draft, attributes: AttributeMap): string | null {
  const partHoldBackMs = milliseconds(attributes.get("PART-HOLD-BACK") ?? "0");
  const holdBackMs = milliseconds(attributes.get("HOLD-BACK") ?? "0");
  const skip = attributes.get("CAN-SKIP-UNTIL");
  const canSkipUntilMs = milliseconds(skip);
  if (partHoldBackMs === null || holdBackMs === null) return "a hold-back that is no number";
  if (skip !== undefined && canSkipUntilMs === null) return "a skip boundary that is no number";
  const canBlockReload = attributes.get("CAN-BLOCK-RELOAD") === "YES";
  draft.control = { canBlockReload, partHoldBackMs, holdBackMs, canSkipUntilMs };
  return null;
}

function readPart(draft: Draft, attributes: AttributeMap): string | null {
  const uri = unquoted(attributes.get("URI"));
  const durationMs = milliseconds(attributes.get("DURATION"));
  if (uri === null || durationMs === null) return "no URI or DURATION";
  draft.partCount += 1;
  if (draft.partCount > PARTS_IN_PLAYLIST_LIMIT) return "too many of them";
  const independent = attributes.get("INDEPENDENT") === "YES";
  draft.open.parts.push({ uri, durationMs, independent, gap: attributes.get("GAP") === "YES" });
  return null;
}

function readReport(draft: Draft, attributes: AttributeMap): string | null {
  const uri = unquoted(attributes.get("URI"));
  const lastSegment = wholeNumber(attributes.get("LAST-MSN"));
  const lastPart = wholeNumber(attributes.get("LAST-PART"));
  if (uri === null || lastSegment === null || lastPart === null)
    return "no URI, LAST-MSN or LAST-PART";
  if (draft.renditionReports.length >= SEGMENTS_IN_PLAYLIST_LIMIT) return "too many of them";
  draft.renditionReports.push({ uri, lastSegment, lastPart });
  return null;
}
