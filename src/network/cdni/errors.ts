import { catalogue } from "#base";

export const cdniErrors = catalogue("cdni", {
  "not-json": {
    kind: "broke-rules",
    status: 400,
    says: "The advertisement is not JSON: {problem}.",
    cure: "Send an application/alto-cdni+json document (RFC 9241 3).",
  },
  "too-large": {
    kind: "broke-rules",
    status: 413,
    says: "The advertisement has more than {limit} {what}.",
    cure: "Join neighbouring prefixes, or name the network by its number.",
  },
  "wrong-shape": {
    kind: "broke-rules",
    status: 400,
    says: "The advertisement is wrong at {place}: {problem}.",
    cure: "{cure}",
  },
});
