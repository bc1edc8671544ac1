import { catalogue } from "#base";

export const modelErrors = catalogue("model", {
  "file-unreadable": {
    kind: "world",
    says: "{file} cannot be read: {why}.",
    cure: "Check the path; a path in a network model is taken from the model's folder.",
  },
  "too-large": {
    kind: "broke-rules",
    says: "{file} is larger than {limit} characters.",
    cure: "Let tables bring the prefixes, and IX-F or PeeringDB files the members.",
  },
  "not-yaml": {
    kind: "broke-rules",
    says: "{file}:{line}: this is not YAML: {why}.",
    cure: "Mend that line; indentation is by spaces.",
  },
  wrong: {
    kind: "broke-rules",
    says: "{file}:{line}: {place}: {problem}.",
    cure: "{allowed}",
  },
});
