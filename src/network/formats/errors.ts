import { catalogue } from "#base";

export const formatErrors = catalogue("formats", {
  "too-large": {
    kind: "broke-rules",
    says: "{file} is larger than {limit} bytes.",
    cure: "Ask its publisher for the part that is needed: one exchange, one kind of object.",
  },
  "not-json": {
    kind: "broke-rules",
    says: "{file} is not JSON: {why}.",
    cure: "Fetch it again; an HTML page of an error is often saved in its place.",
  },
  "wrong-shape": {
    kind: "broke-rules",
    says: "{file}: {place}: {problem}.",
    cure: "{cure}",
  },
  "table-line": {
    kind: "broke-rules",
    says: "{file}:{line}: {problem}.",
    cure: "A line is: first address, last address, network number, name; addresses in writing or as whole numbers.",
  },
  "too-many-lines": {
    kind: "broke-rules",
    says: "{file} has more than {limit} lines.",
    cure: "Leave out networks that have no viewers.",
  },
  "table-broken": {
    kind: "broke-rules",
    says: "{file} is no MMDB table of networks: {why}.",
    cure: "Fetch it again; its records must hold autonomous_system_number or asn.",
  },
});
