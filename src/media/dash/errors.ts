import { catalogue } from "#base";

export const dashErrors = catalogue("dash", {
  "bad-value": {
    kind: "bug",
    says: "{what} cannot be written into an MPD: {problem}.",
    cure: "Use whole, non-negative numbers of ticks and text without control characters.",
  },
});
