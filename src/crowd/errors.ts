import { catalogue } from "#base";

export const crowdErrors = catalogue("crowd", {
  "no-address-here": {
    kind: "world",
    says: "Viewers of {network} cannot come from {address}: {why}.",
    cure: "Give the network a prefix of this machine's own addresses; every 127.x.y.0/24 is one.",
  },
  "too-many-for-prefix": {
    kind: "broke-rules",
    says: "{viewers} viewers of {network} need more ports than the {addresses} addresses of {prefix} have.",
    cure: "Give the network a wider prefix.",
  },
  "no-edges": {
    kind: "broke-rules",
    says: "The network {network} has no edge to go to.",
    cure: "Name one with --edge, or let the director say it with --director.",
  },
  "too-many-processes": {
    kind: "broke-rules",
    says: "{viewers} viewers need {processes} processes on this machine, the limit is {limit}.",
    cure: "Let more files be opened (ulimit -n), or take fewer viewers.",
  },
  "process-did-not-start": {
    kind: "world",
    says: "A process of the crowd did not start: {why}.",
    cure: "Look at the sentence; the machine may be out of memory or processes.",
  },
  "no-session": {
    kind: "said-no",
    says: "The director gave no session at {url}: {why}.",
    cure: "Check that the director runs, or name edges with --edge.",
  },
  "session-shed": {
    kind: "said-no",
    says: "The director at {url} had too many questions, and is asked again in {waitMs} ms.",
    cure: "Let viewers come more slowly (--over), or ask several directors.",
  },
  "session-too-large": {
    kind: "broke-rules",
    says: "The director's answer is larger than {limit} bytes.",
    cure: "Check that the address is the director's.",
  },
});
