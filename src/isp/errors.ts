import { catalogue } from "#base";

export const ispErrors = catalogue("isp", {
  "bad-option": {
    kind: "broke-rules",
    says: "The network's {option} is wrong: {problem}.",
    cure: "Correct it in the match file or on the command line.",
  },
  "bad-prefix": {
    kind: "broke-rules",
    says: "The network cannot use the prefix {prefix}: {problem}.",
    cure: "Give IPv4 prefixes such as 127.0.1.0/24, the first one with room for a gateway and households.",
  },
  "cannot-listen": {
    kind: "world",
    says: "The network cannot listen on {host}:{port}: {problem}.",
    cure: "Free the port, or choose another one.",
  },
  "cannot-route": {
    kind: "world",
    says: "The route {name} cannot listen on the gateway {host}:{port}: {problem}.",
    cure: "Free the port; on systems other than Linux give the loopback interface the address {host} first.",
  },
  "bad-request": {
    kind: "broke-rules",
    status: 400,
    says: "The request cannot be read: {problem}.",
    cure: "Send what docs/design/carriers.md describes.",
  },
  "not-found": {
    kind: "broke-rules",
    status: 404,
    says: "The network has nothing at {method} {path}.",
    cure: "Use GET /network, PUT /limit, GET /status or /metrics.",
  },
  failed: {
    kind: "bug",
    status: 500,
    says: "The network could not answer: {problem}.",
    cure: "Ask again, and report it with the log of this moment.",
  },
});
