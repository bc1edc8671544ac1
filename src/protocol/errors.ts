import { catalogue } from "#base";

export const protocolErrors = catalogue("protocol", {
  malformed: {
    kind: "broke-rules",
    status: 400,
    says: "The {message} message is malformed at {place}: {problem}.",
    cure: "Send what src/protocol describes; unknown fields are ignored.",
  },
  "unknown-version": {
    kind: "broke-rules",
    status: 400,
    says: "The {message} message says version {version}; this process speaks version 1.",
    cure: "Run the same release of Regista at both ends.",
  },
});
