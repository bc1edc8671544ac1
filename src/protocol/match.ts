// The match file: the fixture, its places, exchanges, networks and edges.
import { z } from "zod";
import { defaultPolicy, policySchema } from "./policy.ts";
import { defaultSyncBounds, syncBoundsSchema } from "./sync.ts";

/** The ladders and part lengths that a channel can have. */
export const profileNames = ["default", "small"] as const;
export type ProfileName = (typeof profileNames)[number];

const id = z.string().regex(/^[\w-]{1,64}$/, "letters, digits, - and _ only");
const placeId = z
  .string()
  .regex(/^[a-z]{2}\/[\w-]{1,48}$/, "a country and a name, such as it/roma");
const asn = z.number().int().min(1).max(4_294_967_295);
const link = z.strictObject({
  delayMs: z.number().min(0).max(2_000).default(0).describe("one-way delay, ms"),
  mbps: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("rate each way, Mb/s; null: not limited"),
});
const noLink = { delayMs: 0, mbps: null };

/** `regista match FILE`. Strict: an unknown key is more likely a slip than a wish. */
export const matchSchema = z.strictObject({
  channel: z
    .strictObject({
      id: id.default("match"),
      input: z.string().default("test").describe("test, file:PATH, srt://…, udp://… or rtmp://…"),
      profile: z.enum(profileNames).default("default"),
      link: link.default(noLink).describe("from the broadcaster to the origin"),
    })
    .default({ id: "match", input: "test", profile: "default", link: noLink }),
  sync: syncBoundsSchema
    .default(defaultSyncBounds)
    .describe("how far behind the camera the viewers of a place may stay"),
  policy: policySchema
    .default(defaultPolicy)
    .describe("which paths the director prefers, and when it moves viewers"),
  directors: z
    .number()
    .int()
    .min(1)
    .max(4)
    .default(1)
    .describe("directors that share the viewers; they share nothing else"),
  transit: link.default({ delayMs: 15, mbps: null }).describe("between networks that meet nowhere"),
  places: z
    .array(z.strictObject({ id: placeId, name: z.string() }))
    .min(1)
    .max(1_000),
  exchanges: z
    .array(
      z.strictObject({
        id,
        place: placeId,
        asn,
        members: z.array(asn).max(2_000),
        portMbps: z.number().positive().default(10_000),
      }),
    )
    .max(8),
  networks: z
    .array(
      z.strictObject({
        asn,
        name: z.string().max(64),
        place: placeId,
        prefixes: z.array(z.cidrv4()).min(1).max(64),
        link: link.default(noLink),
        limitMbps: z.number().positive().nullable().default(null),
      }),
    )
    .min(1)
    .max(8),
  edges: z
    .array(
      z.strictObject({
        id,
        at: id.optional().describe("the exchange it stands at"),
        in: asn.optional().describe("the network it stands in"),
        url: z.url(),
        capacityMbps: z.number().positive().default(10_000),
        link: link.default(noLink).describe("from the viewers' networks to the edge"),
        fill: link.default(noLink).describe("from the origin to the edge"),
      }),
    )
    .min(1)
    .max(16),
});
export type Match = z.infer<typeof matchSchema>;
