import { catalogue } from "#base";

export const edgeErrors = catalogue("edge", {
  "bad-upstream": {
    kind: "said-no",
    status: 400,
    says: "{upstream} is no address to fetch from.",
    cure: "Give the origin's base address, such as http://127.0.0.1:8083.",
  },
  "method-not-allowed": {
    kind: "said-no",
    status: 405,
    says: "The method {method} is not served here.",
    cure: "Use GET, HEAD or OPTIONS.",
  },
  "upstream-down": {
    kind: "world",
    status: 502,
    says: "The edge {edge} does not reach its upstream: {why}",
    cure: "Play from another edge; for the operator: start the upstream, or correct its address.",
  },
  "upstream-slow": {
    kind: "world",
    status: 504,
    says: "The upstream of edge {edge} does not answer: {why}",
    cure: "Play from another edge; for the operator: see why the upstream hangs.",
  },
  "source-lost": {
    kind: "world",
    status: 503,
    says: "The upstream that edge {edge} had the beginning of {source} from is gone, and another's bytes do not fit to it.",
    cure: "Go on with the next segment; for the operator: see /status of the edge for the upstream's last failure.",
  },
  "body-stalled": {
    kind: "world",
    status: 504,
    says: "Nothing of a body came to edge {edge} for {ms} ms, and its upstream fails elsewhere too.",
    cure: "Ask again; for the operator: see why the upstream hangs.",
  },
  misfit: {
    kind: "broke-rules",
    status: 502,
    says: "The rest of an object that broke on its way to edge {edge} is longer or shorter than was promised.",
    cure: "Ask again; for the operator: the upstream gives one strong ETag to different bytes.",
  },
  "no-entry": {
    kind: "said-no",
    status: 403,
    says: "Nothing is entered through the edge {edge}.",
    cure: "Media and cues go to the origin, from the operator's network.",
  },
  "bad-cue-query": {
    kind: "broke-rules",
    status: 400,
    says: "The parameter {name} of this stream of cues is not understood.",
    cure: "Give from as a number of a cue, and cohort as a country and a place, such as it/roma.",
  },
  "no-cues": {
    kind: "said-no",
    status: 404,
    says: "There are no cues of {channel}.",
    cure: "Look at the channel's name; a channel has cues from the start of its origin on.",
  },
  "cues-crowded": {
    kind: "world",
    status: 503,
    says: "The edge {edge} has as many listeners of cues, or follows as many channels, as it may.",
    cure: "Listen at another edge, or ask again in some seconds; an EventSource does not by itself.",
  },
  "object-too-large": {
    kind: "said-no",
    status: 502,
    says: "The object is larger than the {limit} bytes that the edge {edge} carries.",
    cure: "Make segments shorter; the limits are in src/cdn/edge/limits.ts.",
  },
  busy: {
    kind: "world",
    status: 503,
    says: "The edge {edge} has as many objects under way as it may have.",
    cure: "Play from another edge, or ask again in a second.",
  },
  loop: {
    kind: "broke-rules",
    status: 508,
    says: "The request has passed the edge {edge} before, or very many others.",
    cure: "Two edges have each other as upstream: give one of them the origin.",
  },
  "body-broke": {
    kind: "broke-rules",
    says: "The body of the request did not come whole: {why}.",
    cure: "Send it again.",
  },
  "did-not-start": {
    kind: "world",
    says: "The edge process did not start: {why}.",
    cure: "Mend what is named, and roll or start again; one that serves already goes on.",
  },
  "bad-route": {
    kind: "said-no",
    status: 400,
    says: "The route {match} {why}.",
    cure: "Correct the edge's list of routes.",
  },
  "bad-query": {
    kind: "broke-rules",
    status: 400,
    says: "A parameter of this query comes twice, or is no short word: {names}.",
    cure: "Give each parameter once, with letters, digits and -._~ only.",
  },
  "only-if-cached": {
    kind: "said-no",
    status: 504,
    says: "The edge {edge} has nothing stored that it could answer with.",
    cure: "Ask without only-if-cached.",
  },
  crowded: {
    kind: "world",
    status: 503,
    says: "The edge {edge} fetches this object as often at once as it may, because it is not the same for everybody.",
    cure: "Ask again in a second; for the operator: let the origin mark as public what is the same for everybody.",
  },
});
