import { catalogue } from "#base";

export const dashErrors = catalogue("dash", {
  "bad-value": {
    kind: "bug",
    says: "{what} cannot be written into an MPD: {problem}.",
    cure: "Use whole, non-negative numbers of ticks and text without control characters.",
  },
  "not-an-mpd": {
    kind: "broke-rules",
    status: 502,
    says: "The answer is no live MPD that can be read: {problem}.",
    cure: "Check that the address names a channel's manifest, such as /match/live.mpd; it must have one period and numbered segments.",
  },
});
