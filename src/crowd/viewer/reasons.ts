// Why a viewer's request failed, and what was wrong with what it got: rows that feed code, counters and reports.

/** Reasons why a request failed. `own`: the crowd's machine, and not the server, is at its end. */
export const viewerErrors = {
  refused: { own: false, says: "the connection was refused" },
  "connect-time-out": { own: false, says: "no connection in time" },
  reset: { own: false, says: "the connection was reset" },
  closed: { own: false, says: "the connection ended inside an answer" },
  "head-time-out": { own: false, says: "no answer in time" },
  idle: { own: false, says: "an answer that went silent" },
  status: { own: false, says: "an answer with an error" },
  "not-http": { own: false, says: "an answer that is no HTTP/1.1" },
  "bad-manifest": { own: false, says: "a manifest or playlist that cannot be used" },
  "bad-init": { own: false, says: "a header that cannot be used" },
  "no-rendition": { own: false, says: "a rung that the manifest does not have" },
  resources: { own: true, says: "no socket, port or memory left on this machine" },
} as const;
export type ViewerErrorKind = keyof typeof viewerErrors;

/** Why a viewer went to another edge. */
export const moveReasons = {
  steered: "the director named another edge",
  "edge-failed": "its edge failed",
} as const;
export type MoveReason = keyof typeof moveReasons;

/** What became of a question to the director's steering. All but the first leave the viewer where it is. */
export const steeringOutcomes = {
  answered: "a list that names an edge",
  shed: "429: asked again when Retry-After has passed",
  gone: "410: not asked again",
  silent: "no connection, or no answer in time: the next director is asked",
  refused: "another status: the next director is asked",
  unusable: "an answer that is no steering list, or names nobody who is known",
} as const;
export type SteeringOutcome = keyof typeof steeringOutcomes;

/** What can be wrong with media that came. */
export const contentFaults = {
  gap: "media is missing between two fragments",
  duplicate: "media came twice in one answer",
  "wrong-object": "an object holds the media of another",
  "wrong-sequence": "the fragments' sequence numbers do not follow one another",
  "wrong-size": "fewer or more bytes than another viewer got of the same object",
  "wrong-hash": "other bytes than another viewer got of the same object",
  "not-a-box": "bytes that are no ISO base media boxes",
  "cut-box": "an object that ends inside a box",
  "not-independent": "media that should begin with a key frame does not",
  "bad-framing": "an answer whose length or chunks break RFC 9112",
  "bad-range": "another range than was asked for",
} as const;
export type FaultKind = keyof typeof contentFaults;
