import { catalogue, type RegistaError } from "#base";
import type { PartReader } from "#packager";

export const originErrors = catalogue("origin", {
  "not-started": {
    kind: "said-no",
    status: 503,
    says: "Channel {channel} has no media yet: nothing, or not yet all of it, was pushed.",
    cure: "Start the broadcaster, or wait a second and ask again.",
  },
  "unknown-path": {
    kind: "said-no",
    status: 404,
    says: "There is nothing under {path}.",
    cure: "Ask for /{channel}/main.m3u8 or /{channel}/live.mpd.",
  },
  "unknown-rendition": {
    kind: "said-no",
    status: 404,
    says: "Channel {channel} has no rendition {rendition}.",
    cure: "Take its renditions from /{channel}/main.m3u8 or /{channel}/live.mpd.",
  },
  "unknown-header": {
    kind: "said-no",
    status: 404,
    says: "Rendition {rendition} has no header {hash}.",
    cure: "Take the header's name from a fresh playlist or MPD.",
  },
  "bad-method": {
    kind: "broke-rules",
    status: 405,
    says: "{method} is not answered here.",
    cure: "Use GET or HEAD; media is pushed under /ingest/.",
  },
  "bad-directive": {
    kind: "broke-rules",
    status: 400,
    says: "The delivery directive {name} is malformed: {problem}.",
    cure: "Send _HLS_msn as a whole number, _HLS_part only with it, and _HLS_skip as YES (rfc8216bis 6.2.5).",
  },
  "too-far-ahead": {
    kind: "broke-rules",
    status: 400,
    says: "Segment {segment} of {rendition} is too far ahead; the newest complete one is {newest}.",
    cure: "Ask for what the playlist announces next (rfc8216bis 6.2.5.2).",
  },
  "not-yet": {
    kind: "said-no",
    status: 404,
    says: "{object} is not made yet; only the next part and the next segment are waited for.",
    cure: "Ask again when it is due: segment n begins at n times the segment's length since 1970.",
  },
  expired: {
    kind: "said-no",
    status: 404,
    says: "{object} has left the window; the oldest segment is {oldest}.",
    cure: "Play nearer to the live edge.",
  },
  gap: {
    kind: "world",
    status: 404,
    says: "{object} is a gap: it never came from the encoder.",
    cure: "Go on with the next one.",
  },
  "held-too-long": {
    kind: "world",
    status: 503,
    says: "{object} did not come within {seconds} s.",
    cure: "See whether the encoder still pushes; then ask again.",
  },
  "too-many-held": {
    kind: "said-no",
    status: 503,
    says: "{limit} requests are held already.",
    cure: "Ask again in a second, or put an edge in front: it holds one request for all its viewers.",
  },
});

/** Why a rendition has nothing to give: it is not one of the channel's, or nothing was pushed yet. */
export function absent(store: PartReader, rendition: string): RegistaError {
  const { channel } = store;
  const tracks = store.tracks();
  const known = tracks.length === 0 || tracks.some((track) => track.rendition === rendition);
  return known
    ? originErrors.make("not-started", { channel })
    : originErrors.make("unknown-rendition", { channel, rendition });
}
