import { catalogue } from "#base";

export const packagerErrors = catalogue("packager", {
  "too-many-renditions": {
    kind: "said-no",
    status: 409,
    says: "Channel {channel} has {limit} renditions already; {rendition} would be one more.",
    cure: "Push fewer renditions to this channel.",
  },
  "unknown-channel": {
    kind: "said-no",
    status: 404,
    says: "There is no channel {channel} here.",
    cure: "Push to /ingest/{known}/…, or start the origin with this channel.",
  },
  "bad-path": {
    kind: "broke-rules",
    status: 400,
    says: "No rendition can be read from the path {path}.",
    cure: "Push to /ingest/CHANNEL/RENDITION/NAME; a rendition has letters, digits, - and _ only, 64 at most.",
  },
  "bad-method": {
    kind: "broke-rules",
    status: 405,
    says: "A publishing point takes POST and PUT, not {method}.",
    cure: "Use POST or PUT (DASH-IF Live Media Ingest, Interface 1).",
  },
  busy: {
    kind: "said-no",
    status: 503,
    says: "{limit} ingest bodies are open already.",
    cure: "End each body with its segment, and push each rendition from one place.",
  },
  "too-large": {
    kind: "broke-rules",
    status: 413,
    says: "The {what} of {rendition} exceeds {limit}.",
    cure: "Send one segment a body, short fragments, and headers without pictures or metadata in them.",
  },
  "no-header": {
    kind: "broke-rules",
    status: 412,
    says: "Media of {rendition} came before its header.",
    cure: "Send the CMAF header (ftyp, moov) first, and again after each reconnect; then this segment again.",
  },
  "header-changed": {
    kind: "said-no",
    status: 409,
    says: "The header of {rendition} changed its {what} while the channel is live: {was} became {is}.",
    cure: "Push with the settings of before or under another rendition's name, or wait until the old one has left the window.",
  },
  "broken-body": {
    kind: "broke-rules",
    status: 400,
    says: "The body of {rendition} is broken: {problem}.",
    cure: "Send whole CMAF segments: styp, then prft, moof and mdat for each fragment.",
  },
  "off-grid": {
    kind: "said-no",
    status: 409,
    says: "A fragment of {rendition} at {ticks} ticks is not on the grid: {problem}.",
    cure: "Begin parts at multiples of {partMs} ms since the epoch and segments with a key frame; cross no part's end inside a fragment.",
  },
  "not-now": {
    kind: "said-no",
    status: 409,
    says: "A fragment of {rendition} is of segment {segment}, which lies {seconds} s from now.",
    cure: "Count tfdt from 1970-01-01 UTC, and keep the clocks of encoder and packager together.",
  },
  "one-segment": {
    kind: "broke-rules",
    status: 409,
    says: "The body of {rendition} runs from segment {first} into {next}.",
    cure: "Send one segment a body, or start the origin with endless bodies allowed.",
  },
  "other-source": {
    kind: "said-no",
    status: 409,
    says: "Segment {segment} of {rendition} is being pushed by another source.",
    cure: "Stop one of them, or wait for the next segment: two encoders are never mixed inside one.",
  },
});
