import { catalogue } from "#base";

export const edgeErrors = catalogue("edge", {
  "bad-upstream": {
    kind: "said-no",
    status: 400,
    says: "{upstream} is no address to fetch from.",
    cure: "Give the origin's base address, such as http://127.0.0.1:8083.",
  },
  "method-not-allowed": {
    kind: "said-no",
    status: 405,
    says: "The method {method} is not served here.",
    cure: "Use GET, HEAD or OPTIONS.",
  },
  "upstream-down": {
    kind: "world",
    status: 502,
    says: "The edge {edge} does not reach its upstream: {why}",
    cure: "Play from another edge; for the operator: start the upstream, or correct its address.",
  },
  "upstream-slow": {
    kind: "world",
    status: 504,
    says: "The upstream of edge {edge} does not answer: {why}",
    cure: "Play from another edge; for the operator: see why the upstream hangs.",
  },
  "object-too-large": {
    kind: "said-no",
    status: 502,
    says: "The object is larger than the {limit} bytes that the edge {edge} carries.",
    cure: "Make segments shorter; the limits are in src/cdn/edge/limits.ts.",
  },
  busy: {
    kind: "world",
    status: 503,
    says: "The edge {edge} has as many objects under way as it may have.",
    cure: "Play from another edge, or ask again in a second.",
  },
  loop: {
    kind: "broke-rules",
    status: 508,
    says: "The request has passed the edge {edge} before, or very many others.",
    cure: "Two edges have each other as upstream: give one of them the origin.",
  },
});
