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
  "body-too-large": {
    kind: "broke-rules",
    status: 413,
    says: "The body of {path} is larger than is read.",
    cure: "Send each second, at most 2,000 stamps or 128 KiB of CMCD at a time.",
  },
  "bad-request": {
    kind: "broke-rules",
    status: 400,
    says: "The request to {path} cannot be read: {problem}.",
    cure: "Send what src/protocol/hops.ts describes to /hops, CMCD records a line each to /cmcd.",
  },
  "no-such-page": {
    kind: "said-no",
    status: 404,
    says: "Telemetry has nothing at {path}.",
    cure: "Ask for /summary, /live, /status or /metrics; post to /hops or /cmcd.",
  },
  "too-many-listeners": {
    kind: "said-no",
    status: 503,
    says: "The event stream has {limit} listeners already.",
    cure: "Close a page that shows it, or ask for /summary now and then.",
  },
  failed: {
    kind: "bug",
    says: "Telemetry failed on the request to {path}: {problem}.",
    cure: "Report it with the log line of that moment; the rest of the chain does not need telemetry.",
  },
  "cannot-listen": {
    kind: "world",
    says: "The telemetry cannot listen on {host}:{port}: {problem}.",
    cure: "Stop what listens there, or choose another port (0 takes a free one).",
  },
});
