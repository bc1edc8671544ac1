// director → player. HLS: rfc8216bis 7 and draft-pantos-content-steering 4 (Steering Manifest). DASH: ETSI TS 103 998 6.
import { z } from "zod";
import { targetSchema } from "./target.ts";
import { version } from "./version.ts";

/**
 * A pathway that is not in the playlist or the MPD, made from one that is. rfc8216bis 7.2; ETSI TS 103 998 6: the host of
 * the base pathway's URIs is replaced.
 */
const pathwayCloneSchema = z.object({
  "BASE-ID": z.string(),
  ID: z.string(),
  "URI-REPLACEMENT": z.object({
    HOST: z.string().optional(),
    PARAMS: z.record(z.string(), z.string()).optional(),
  }),
});
export type PathwayClone = z.infer<typeof pathwayCloneSchema>;

export const hlsSteeringSchema = z.object({
  VERSION: z.literal(1),
  TTL: z.number().positive(),
  "RELOAD-URI": z.string(),
  "PATHWAY-PRIORITY": z.array(z.string()).min(1),
  "PATHWAY-CLONES": z.array(pathwayCloneSchema).optional(),
  "X-REGISTA-TARGET": targetSchema.optional(),
});
export type HlsSteering = z.infer<typeof hlsSteeringSchema>;

/** PATHWAY-PRIORITY is the published standard's name; SERVICE-LOCATION-PRIORITY its draft's, which older players read. */
export const dashSteeringSchema = z.object({
  VERSION: z.literal(1),
  TTL: z.number().positive(),
  "RELOAD-URI": z.string(),
  "PATHWAY-PRIORITY": z.array(z.string()).min(1),
  "SERVICE-LOCATION-PRIORITY": z.array(z.string()).min(1),
  "PATHWAY-CLONES": z.array(pathwayCloneSchema).optional(),
  "X-REGISTA-TARGET": targetSchema.optional(),
});
export type DashSteering = z.infer<typeof dashSteeringSchema>;

/** operator → director: whether players are told to stop asking, with 410 (rfc8216bis 7, draft-pantos-content-steering 4). */
export const steeringOverSchema = z.object({ v: version, over: z.boolean() });
