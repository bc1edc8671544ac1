import { catalogue } from "#base";

export const hlsErrors = catalogue("hls", {
  "not-a-playlist": {
    kind: "broke-rules",
    status: 502,
    says: "The answer is no HLS media playlist: {problem}.",
    cure: "Check that the address names a rendition's playlist, such as /match/v720.m3u8.",
  },
  "bad-tag": {
    kind: "broke-rules",
    status: 502,
    says: "Line {line} of the playlist breaks rfc8216bis: {problem}.",
    cure: "Have the server that wrote the playlist corrected; the line is quoted in its log.",
  },
  "bad-value": {
    kind: "bug",
    says: "{what} cannot be written into a playlist.",
    cure: "Use names and addresses without quotes, line breaks or control characters.",
  },
  "bad-text": {
    kind: "broke-rules",
    status: 502,
    says: "The answer is no WebVTT segment: {problem}.",
    cure: "Check that the address names a segment of text, such as /match/t-it/935053000.vtt.",
  },
  "delta-does-not-fit": {
    kind: "broke-rules",
    status: 502,
    says: "The delta update skips segments {first} to {last}, which the earlier playlist does not hold.",
    cure: "Ask for the whole playlist, without _HLS_skip.",
  },
});
