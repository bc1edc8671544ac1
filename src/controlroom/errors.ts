import { catalogue } from "#base";

export const controlRoomErrors = catalogue("controlroom", {
  "page-not-built": {
    kind: "world",
    status: 503,
    says: "The control room's page is not built: {root} holds no index.html.",
    cure: "Run npm run build; the picture itself is at /picture.",
  },
  "too-many-listeners": {
    kind: "said-no",
    status: 503,
    says: "The control room has {limit} pages open already.",
    cure: "Close one, or ask for /picture now and then.",
  },
  "bad-answer": {
    kind: "broke-rules",
    says: "{url} answered {problem}.",
    cure: "Look at the log of the process that listens there.",
  },
  "cue-refused": {
    kind: "said-no",
    status: 502,
    says: "The cue was not entered at {url}: {problem}",
    cure: "Look at the reason; when the origin is back, enter it again.",
  },
  "cue-too-many": {
    kind: "said-no",
    status: 429,
    says: "The desk enters {limit} cues a second at most.",
    cure: "Enter it again in a second; let a data feed talk to the origin's entry itself.",
  },
  "cue-foreign": {
    kind: "said-no",
    status: 403,
    says: "A page of {origin} may not enter cues here.",
    cure: "Enter it in the control room's own page, or by its API without a browser.",
  },
  "explain-too-many": {
    kind: "said-no",
    status: 429,
    says: "{limit} addresses are being explained already.",
    cure: "Ask again in a second.",
  },
  "explain-refused": {
    kind: "broke-rules",
    status: 400,
    says: "The director does not explain it: {problem}",
    cure: "Write an IPv4 or IPv6 address, such as 93.34.1.1.",
  },
  "no-explanation": {
    kind: "world",
    status: 502,
    says: "No director explains an address: {problem}.",
    cure: "Look whether the directors run; each must answer GET /explain.",
  },
  "no-answer": {
    kind: "world",
    says: "{url} does not answer: {problem}.",
    cure: "Look whether the process that should listen there runs.",
  },
});
