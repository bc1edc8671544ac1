import { catalogue } from "#base";

export const controlRoomErrors = catalogue("controlroom", {
  "page-not-built": {
    kind: "world",
    status: 503,
    says: "The control room's page is not built: {root} holds no index.html.",
    cure: "Run npm run build; the picture itself is at /picture.",
  },
  "no-such-page": {
    kind: "said-no",
    status: 404,
    says: "The control room has nothing at {path}.",
    cure: "Ask for /, /picture, /history, /live, /status or /metrics.",
  },
  "too-many-listeners": {
    kind: "said-no",
    status: 503,
    says: "The control room has {limit} pages open already.",
    cure: "Close one, or ask for /picture now and then.",
  },
  "bad-request": {
    kind: "broke-rules",
    status: 400,
    says: "The request to {path} cannot be read: {problem}.",
    cure: "The control room only shows: use GET.",
  },
  failed: {
    kind: "bug",
    says: "The control room failed on the request to {path}: {problem}.",
    cure: "Report it with the log line of that moment; the chain does not need the control room.",
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
  "cannot-listen": {
    kind: "world",
    says: "The control room cannot listen on {host}:{port}: {problem}.",
    cure: "Stop what listens there, or choose another port (0 takes a free one).",
  },
});
