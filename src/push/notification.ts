// What a phone is told: one JSON text that its service worker shows.
import { createHash } from "node:crypto";
import { type Cue, PROTOCOL_VERSION } from "#protocol";
import { wordsOf } from "#viewer/cues";
import { PAYLOAD_BYTES_LIMIT } from "./limits.ts";

/** A notification, ready to be encrypted for each phone. */
export interface Notification {
  readonly payload: string;
  /** A later one of the same topic takes the place of one that the phone has not fetched (RFC 8030 5.4). */
  readonly topic: string;
}

/** The notification of a cue. A cue too long for a push message goes without its data, and says so by leaving it out. */
export function notificationOf(channel: string, cue: Cue): Notification {
  const { seq, kind, mediaTimeMs, data } = cue;
  const { word, detail } = wordsOf(cue);
  const base = { v: PROTOCOL_VERSION, channel, seq, kind, mediaTimeMs, title: word };
  const whole = JSON.stringify({ ...base, body: detail, data });
  const fits = Buffer.byteLength(whole) <= PAYLOAD_BYTES_LIMIT;
  const payload = fits ? whole : JSON.stringify({ ...base, body: detail.slice(0, 500) });
  const hash = createHash("sha256").update(channel).digest("base64url").slice(0, 12);
  return { payload, topic: `${kind}-${hash}` };
}
