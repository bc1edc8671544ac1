import { catalogue } from "#base";

export const directorErrors = catalogue("director", {
  "unknown-channel": {
    kind: "broke-rules",
    status: 404,
    says: "The channel {channel} is not directed here.",
    cure: "Ask for channel={known}.",
  },
  "unknown-edge": {
    kind: "broke-rules",
    status: 404,
    says: "The edge {edge} is not in this match.",
    cure: "Add it to the edges of the match, or start it under one of the known ids: {known}.",
  },
  "too-many-sessions": {
    kind: "said-no",
    status: 429,
    says: "More than {limit} sessions a second are asked for.",
    cure: "Ask again after the time that Retry-After says, in seconds.",
  },
  "bad-address": {
    kind: "broke-rules",
    status: 400,
    says: "{address} is not an IP address.",
    cure: "Give an IPv4 or IPv6 address, such as ip=127.0.1.10.",
  },
  "no-edges": {
    kind: "broke-rules",
    says: "The director was given no edge to send viewers to.",
    cure: "List at least one edge.",
  },
  "bad-option": {
    kind: "broke-rules",
    says: "The director's {option} is wrong: {problem}.",
    cure: "Correct it in the match file or on the command line.",
  },
  "telemetry-silent": {
    kind: "world",
    says: "Telemetry at {url} does not answer: {problem}.",
    cure: "Targets hold and cues are released no earlier until it answers again; see that its process runs.",
  },
  "carrier-silent": {
    kind: "world",
    says: "The carrier at {url} does not answer: {problem}.",
    cure: "What it told last stands until it answers again; see that its process runs.",
  },
});
