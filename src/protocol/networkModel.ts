// The network as an operator writes it down: who is connected to whom, where, and how fast. What carriers tell later of
// ports, limits and footprints goes before it; what they do not tell stands as it is written.
import { z } from "zod";
import { policySchema } from "./policy.ts";
import { version } from "./version.ts";

export const asnSchema = z.number().int().min(1).max(4_294_967_295);
const id = z.string().regex(/^[\w.-]{1,64}$/, "letters, digits, . - and _ only");
const placeId = z
  .string()
  .regex(/^[a-z]{2}\/[\w-]{1,48}$/, "a country and a name, such as it/roma");
const mbps = z.number().positive();
const prefix = z.union([z.cidrv4(), z.cidrv6()], {
  error: "not a prefix such as 192.0.2.0/24 or 2001:db8::/32",
});
const share = z.number().positive().max(1);

/** A network's presence at an exchange. */
export const membershipSchema = z.strictObject({
  asn: asnSchema,
  portMbps: mbps.default(10_000).describe("all its ports there together"),
  routeServer: z.boolean().default(true).describe("it peers with the route server"),
  bilateral: z
    .union([z.literal("all"), z.array(asnSchema).max(2_000)])
    .default([])
    .describe("with whom it has sessions of its own; all: an open policy"),
});
export type Membership = z.infer<typeof membershipSchema>;

const modelExchange = z.strictObject({
  id,
  name: z.string().max(128),
  asn: asnSchema.describe("of its route server"),
  place: placeId,
  members: z.array(membershipSchema).max(2_000).default([]),
  url: z.url().optional().describe("a `regista ixp` that tells its ports and their load"),
  ixf: z
    .string()
    .max(512)
    .optional()
    .describe("file of an IX-F Member Export to take members from"),
  ixfId: z
    .number()
    .int()
    .optional()
    .describe("which exchange of that file, by its ixp_id; default: the only one"),
  peeringdbId: z.number().int().optional().describe("which exchange of the PeeringDB files it is"),
});

const modelNetwork = z.strictObject({
  asn: asnSchema,
  name: z.string().max(128),
  kind: z.enum(["access", "content", "transit", "other"]).default("access"),
  place: placeId.nullable().default(null).describe("where its viewers are, when that is one place"),
  prefixes: z
    .array(z.strictObject({ prefix, place: placeId.optional() }))
    .max(10_000)
    .default([])
    .describe("beside what the tables say"),
  limitMbps: mbps.nullable().default(null),
  url: z.url().optional().describe("a `regista isp` that tells footprint, limits and load"),
});

const modelPni = z.strictObject({
  id,
  between: z.tuple([asnSchema, asnSchema]),
  place: placeId,
  mbps,
});

const modelEdge = z.strictObject({
  id,
  url: z.url(),
  asn: asnSchema.describe("whose network it is reached in: the CDN's, or that of `in`"),
  at: id.optional().describe("the exchange it stands at"),
  in: asnSchema.optional().describe("the access network it stands in"),
  place: placeId.optional(),
  capacityMbps: mbps.default(10_000),
  cost: z.number().min(0).max(1_000_000).default(0).describe("added to each path to it"),
  foreign: z
    .boolean()
    .default(false)
    .describe("it sends no heartbeats: judged by the director's own probes"),
  addresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(8)
    .default([])
    .describe("what DNS answers; default: the URL's host, when that is an address"),
});

const modelTable = z.strictObject({
  format: z.enum(["csv", "mmdb"]),
  file: z.string().max(512),
});

/** Who is expected to watch: a scenario, not a measurement. */
const audienceSchema = z.strictObject({
  viewers: z.number().int().positive().max(100_000_000),
  networks: z
    .array(
      z.strictObject({
        asn: asnSchema,
        share,
        places: z.array(z.strictObject({ id: placeId, share })).min(1),
      }),
    )
    .max(1_000),
});

/** Claims beyond a network's own that the operator allows: `asn` may serve what is listed. */
const leaveSchema = z.strictObject({
  asn: asnSchema,
  prefixes: z.array(prefix).max(1_000).default([]),
  asns: z.array(asnSchema).max(1_000).default([]),
});

export const networkModelSchema = z.strictObject({
  v: version,
  title: z.string().max(128).default("network"),
  sources: z.array(z.string().max(512)).max(64).default([]),
  places: z
    .array(
      z.strictObject({
        id: placeId,
        name: z.string().max(128),
        lat: z.number().min(-90).max(90).optional(),
        lon: z.number().min(-180).max(180).optional(),
      }),
    )
    .max(10_000)
    .default([]),
  exchanges: z.array(modelExchange).max(256).default([]),
  networks: z.array(modelNetwork).max(10_000).default([]),
  pnis: z.array(modelPni).max(1_000).default([]),
  edges: z.array(modelEdge).max(1_000).default([]),
  tables: z.array(modelTable).max(8).default([]),
  peeringdb: z.array(z.string().max(512)).max(8).default([]).describe("PeeringDB JSON files"),
  audience: audienceSchema.nullable().default(null),
  leave: z.array(leaveSchema).max(1_000).default([]),
  policy: policySchema.default(policySchema.parse({})),
});
/** A checked model, defaults filled in. */
export type NetworkModel = z.infer<typeof networkModelSchema>;
export type ModelEdge = NetworkModel["edges"][number];
