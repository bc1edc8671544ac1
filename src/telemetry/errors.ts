import { catalogue } from "#base";

export const telemetryErrors = catalogue("telemetry", {
  "cmcd-malformed": {
    kind: "broke-rules",
    status: 400,
    says: "The CMCD record is malformed at character {at}: {problem}.",
    cure: 'Send key=value pairs as CTA-5004-B writes them, for example e=t,sid="a1",ts=1795301664120,v=2.',
  },
  "cmcd-too-large": {
    kind: "broke-rules",
    status: 413,
    says: "The CMCD record has more {what} than the {limit} that are read.",
    cure: "Send a record an event, a line a record, and leave out what nobody reads.",
  },
  "cmcd-unwritable": {
    kind: "bug",
    says: "CMCD cannot carry {key}: {problem}.",
    cure: "Give a finite number, a text, a truth value or a list of them under a key of lower-case letters, digits, _ - . and *.",
  },
  "too-many-listeners": {
    kind: "said-no",
    status: 503,
    says: "The event stream has {limit} listeners already.",
    cure: "Close a page that shows it, or ask for /summary now and then.",
  },
});
