import { catalogue } from "#base";

export const cmafErrors = catalogue("cmaf", {
  "bad-header": {
    kind: "broke-rules",
    status: 400,
    says: "The CMAF header cannot be used: {problem}.",
    cure: "Send ftyp and moov with exactly one video, audio or text track (ISO/IEC 23000-19 7.3.1).",
  },
  "wrong-codec": {
    kind: "said-no",
    status: 415,
    says: "The track is coded as {codec}, which is not carried here.",
    cure: "Encode video as H.264 (avc1 or avc3), sound as AAC (mp4a) and text as WebVTT (wvtt), without encryption.",
  },
  "bad-fragment": {
    kind: "broke-rules",
    status: 400,
    says: "The fragment cannot be used: {problem}.",
    cure: "Send moof and mdat in pairs, one track each, with tfdt and default-base-is-moof (ISO/IEC 23000-19 7.3.2).",
  },
});
