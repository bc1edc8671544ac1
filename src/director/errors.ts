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
  "too-busy": {
    kind: "said-no",
    status: 429,
    says: "The director cannot answer now: {reason}.",
    cure: "Ask again after the time that Retry-After says, in seconds; a player keeps its last steering meanwhile.",
  },
  "steering-over": {
    kind: "said-no",
    status: 410,
    says: "The channel {channel} is not steered here any more.",
    cure: "Stay on the present pathway and do not ask again; a new session says where the channel is.",
  },
  "dns-cannot-listen": {
    kind: "world",
    says: "The director cannot answer DNS on {host}:{port}: {problem}.",
    cure: "Ports below 1024 need CAP_NET_BIND_SERVICE; stop what listens there (ss -lntup shows it), or choose another dns port or host.",
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
  "table-unread": {
    kind: "world",
    says: "A table of addresses was not read to its end: {problem}",
    cure: "Addresses that no carrier and no model names stay unknown, and their paths transit; correct the file and start the director again.",
  },
  "log-unwritable": {
    kind: "world",
    says: "The decision log in {folder} cannot be written: {problem}.",
    cure: "Give a folder that this process may write to, one for each director.",
  },
  "contract-refused": {
    kind: "broke-rules",
    says: "The contract of the network at {url} is not taken: {problem}",
    cure: "What it told last stands; correct what GET /cdni answers there, at the place named.",
  },
  "carrier-silent": {
    kind: "world",
    says: "The carrier at {url} does not answer: {problem}.",
    cure: "What it told last stands until it answers again; see that its process runs.",
  },
});
