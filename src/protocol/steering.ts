// director → player. HLS: rfc8216bis, Content Steering (Steering Manifest). DASH: ETSI TS 103 998.
import { z } from "zod";

export const hlsSteeringSchema = z.object({
  VERSION: z.literal(1),
  TTL: z.number().positive(),
  "RELOAD-URI": z.string(),
  "PATHWAY-PRIORITY": z.array(z.string()).min(1),
});
export type HlsSteering = z.infer<typeof hlsSteeringSchema>;

export const dashSteeringSchema = z.object({
  VERSION: z.literal(1),
  TTL: z.number().positive(),
  "RELOAD-URI": z.string(),
  "SERVICE-LOCATION-PRIORITY": z.array(z.string()).min(1),
});
export type DashSteering = z.infer<typeof dashSteeringSchema>;
