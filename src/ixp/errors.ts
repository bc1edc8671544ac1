import { catalogue } from "#base";

export const ixpErrors = catalogue("ixp", {
  "bad-option": {
    kind: "broke-rules",
    says: "The exchange's {option} is wrong: {problem}.",
    cure: "Correct it in the match file or on the command line.",
  },
  "cannot-relay": {
    kind: "world",
    says: "The exchange's relay {name} cannot listen on {host}:{port}: {problem}.",
    cure: "Free the port, or choose another one.",
  },
});
