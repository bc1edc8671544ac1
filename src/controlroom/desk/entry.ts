// What an operator enters, and the media time that it belongs to.
import { z } from "zod";
import type { UtcMs } from "#base";
import {
  CUE_BEHIND_LIMIT_MS,
  type CueEntry,
  cueEntrySchema,
  parseJson,
  parseMessage,
  PROTOCOL_VERSION,
} from "#protocol";

/**
 * The body of `POST /cue`: a cue as its entry takes it, with the operator's own delay behind the camera instead of a media
 * time, ms. 0: he sees it as the camera does.
 */
const deskEntrySchema = z.object({
  v: z.literal(PROTOCOL_VERSION),
  kind: cueEntrySchema.shape.kind,
  data: cueEntrySchema.shape.data,
  delayMs: z.number().min(0).max(CUE_BEHIND_LIMIT_MS),
});

/** The entry for the origin: what was on the operator's screen at `now`. Throws `protocol/malformed`. */
export function entryOf(text: string, now: UtcMs): CueEntry {
  const { kind, data, delayMs } = parseJson("cue of the desk", deskEntrySchema, text);
  const mediaTimeMs = Math.round(now - delayMs);
  return parseMessage("cue", cueEntrySchema, { v: PROTOCOL_VERSION, kind, data, mediaTimeMs });
}
