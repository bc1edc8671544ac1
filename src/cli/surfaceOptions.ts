// What a director can be told of how it answers players.
import { z } from "zod";

export const surfaceFields = {
  trustedForwarders: z
    .array(z.string())
    .default([])
    .describe("prefixes of reverse proxies whose X-Forwarded-For is believed"),
  pathways: z
    .array(z.string())
    .nullable()
    .default(null)
    .describe("ids of the edges that playlists name, as the origin has them; null: all"),
  requestsPerS: z
    .number()
    .min(1)
    .optional()
    .describe("sessions and steering requests answered a second; the rest is shed fairly"),
  dns: z
    .strictObject({
      zone: z.string(),
      port: z.number().int().min(0).max(65_535).optional(),
      host: z.string().optional(),
      nameServers: z.array(z.string()).optional(),
      responsesPerS: z.number().min(1).optional(),
    })
    .nullable()
    .default(null)
    .describe("answers DNS: zone=match.example,port=53,host=…; null: it does not"),
};
