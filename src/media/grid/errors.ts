import { catalogue } from "#base";

export const gridErrors = catalogue("grid", {
  "bad-length": {
    kind: "broke-rules",
    status: 400,
    says: "A grid with parts of {partMs} ms, {partsPerSegment} to a segment, cannot be kept.",
    cure: "Use whole milliseconds up to 10,000 and 1 to 64 parts, such as 320 ms and 6.",
  },
  "bad-timescale": {
    kind: "broke-rules",
    status: 409,
    says: "A timescale of {timescale} does not divide parts of {partMs} ms into whole ticks.",
    cure: "Use 90,000 for video and 48,000 for sound; a timescale is at most 2,000,000.",
  },
});
