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
  "no-answer": {
    kind: "world",
    says: "{url} does not answer: {problem}.",
    cure: "Look whether the process that should listen there runs.",
  },
});
