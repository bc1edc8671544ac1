import { catalogue } from "#base";

export const ixpErrors = catalogue("ixp", {
  "bad-option": {
    kind: "broke-rules",
    says: "The exchange's {option} is wrong: {problem}.",
    cure: "Correct it in the match file or on the command line.",
  },
  "cannot-listen": {
    kind: "world",
    says: "The exchange cannot listen on {host}:{port}: {problem}.",
    cure: "Free the port, or choose another one.",
  },
  "cannot-relay": {
    kind: "world",
    says: "The exchange's relay {name} cannot listen on {host}:{port}: {problem}.",
    cure: "Free the port, or choose another one.",
  },
  "bad-request": {
    kind: "broke-rules",
    status: 400,
    says: "The request cannot be read: {problem}.",
    cure: "Ask for a path without a body.",
  },
  "not-found": {
    kind: "broke-rules",
    status: 404,
    says: "The exchange has nothing at {method} {path}.",
    cure: "Use GET /exchange, /status or /metrics.",
  },
  failed: {
    kind: "bug",
    status: 500,
    says: "The exchange could not answer: {problem}.",
    cure: "Ask again, and report it with the log of this moment.",
  },
});
