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
  "bad-entry": {
    kind: "broke-rules",
    status: 405,
    says: "Cues are not entered by {method}.",
    cure: "Send POST /ingest/{channel}/cues with one entry as JSON.",
  },
  "cue-entries-busy": {
    kind: "said-no",
    status: 503,
    says: "{limit} entries of cues are being read already.",
    cure: "Send them one after the other, each whole.",
  },
  "cue-too-large": {
    kind: "broke-rules",
    status: 413,
    says: "An entry of a cue has at most {limit} bytes.",
    cure: "Put less into its data.",
  },
  "cue-storm": {
    kind: "said-no",
    status: 429,
    says: "A channel takes {limit} cues a second, {burst} at once.",
    cure: "Enter what viewers are to see, and try again in a second.",
  },
  "cue-out-of-time": {
    kind: "broke-rules",
    status: 409,
    says: "The cue's media time lies {where} now; {limit} ms are allowed.",
    cure: "Give UTC milliseconds of the moment in the picture, or none for now; look at the sender's clock.",
  },
  "cue-not-yet": {
    kind: "said-no",
    status: 404,
    says: "Cue {seq} has not been entered.",
    cure: "Ask for the next number of /{channel}/cues.json: that one is held until it comes.",
  },
  "cue-gone": {
    kind: "said-no",
    status: 410,
    says: "Cue {seq} is not kept any more; the oldest is {oldest}.",
    cure: "Go on with the oldest of /{channel}/cues.json.",
  },
  "cues-elsewhere": {
    kind: "said-no",
    status: 404,
    says: "This origin does not number the cues of {channel}.",
    cure: "Enter them at the one origin that does, and ask it.",
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
