import { catalogue } from "#base";

export const controlErrors = catalogue("control", {
  "not-found": {
    kind: "broke-rules",
    status: 404,
    says: "The {role} has nothing at {method} {path}.",
    cure: "Use {doors}.",
  },
  "bad-request": {
    kind: "broke-rules",
    status: 400,
    says: "The request to the {role} cannot be read: {problem}.",
    cure: "Send it as the design note of the {role} in docs/design describes.",
  },
  "too-large": {
    kind: "broke-rules",
    status: 413,
    says: "The body for {method} {path} is larger than the {role} reads.",
    cure: "Send less at a time; the limits stand in the design note of the {role} in docs/design.",
  },
  "head-too-large": {
    kind: "broke-rules",
    status: 431,
    says: "The head of the request to the {role} is larger than is read.",
    cure: "Send a shorter address and fewer headers, such as no cookies: 16 KiB together.",
  },
  "too-slow": {
    kind: "broke-rules",
    status: 408,
    says: "The request to the {role} did not arrive whole in {seconds} s.",
    cure: "Send it again, at once and whole.",
  },
  failed: {
    kind: "bug",
    status: 500,
    says: "The {role} could not answer {method} {path}: {problem}.",
    cure: "Ask again, and report it with the {role}'s log of this moment.",
  },
  "cannot-listen": {
    kind: "world",
    says: "The {role} cannot listen on {host}:{port}: {problem}.",
    cure: "Stop what listens there (ss -ltnp shows it), or choose another port (0 takes a free one) or an address of this machine.",
  },
});
