// What each role can be told: its options, their defaults and what they say in the help.
import { z } from "zod";
import {
  defaultPolicy,
  defaultSyncBounds,
  linkSchema,
  networkModelSchema,
  profileNames,
  syncBoundsSchema,
} from "#protocol";
import { surfaceFields } from "./surfaceOptions.ts";

const port = z.number().int().min(0).max(65_535);
const host = z.string().default("127.0.0.1").describe("address to listen on");
const listenPort = (usual: number) =>
  port.default(usual).describe("port to listen on; 0: any free one");
const channel = z.string().default("match").describe("the channel's id");
const telemetryUrl = z
  .url()
  .nullable()
  .default(null)
  .describe("where hop stamps go; null: nowhere");
const directorUrls = (says: string) =>
  z.array(z.url()).min(1).default(["http://127.0.0.1:8082"]).describe(says);
const address = z.strictObject({ host: z.string(), port });
const asn = z.number().int().min(1);

/** By role. */
export const schemas = {
  broadcaster: z.strictObject({
    host,
    port: listenPort(8_087),
    channel,
    input: z.string().default("test").describe("test, file:PATH, srt://…, udp://… or rtmp://…"),
    profile: z
      .enum(profileNames)
      .default("default")
      .describe("default: 720/480/360p50; small: 360/216/144p25"),
    originUrl: z
      .url()
      .default("http://127.0.0.1:8083")
      .describe("whose publishing point to push to"),
    telemetryUrl,
    contributionDelayMs: z
      .number()
      .min(0)
      .default(0)
      .describe("camera to broadcaster, ms, where it is known"),
  }),
  origin: z.strictObject({
    host,
    port: listenPort(8_083),
    channel,
    node: z.string().default("origin").describe("its name in stamps"),
    cues: z
      .boolean()
      .default(true)
      .describe("takes and numbers cues; of several origins of a channel exactly one does"),
    pathways: z
      .array(z.strictObject({ id: z.string(), url: z.url() }))
      .default([])
      .describe("edges named in playlists and MPD"),
    steering: z
      .strictObject({ hls: z.url(), dash: z.url() })
      .nullable()
      .default(null)
      .describe("the director's steering documents"),
    timeUrl: z.url().nullable().default(null).describe("clock named in the MPD"),
    telemetryUrl,
    targetLatencyMs: z
      .number()
      .positive()
      .default(1_500)
      .describe("fallback target behind the camera, ms"),
  }),
  edge: z.strictObject({
    host,
    port: listenPort(8_091),
    id: z.string().default("edge").describe("its name"),
    upstreams: z
      .array(z.url())
      .min(1)
      .default(["http://127.0.0.1:8083"])
      .describe("the origin, or the next tier; the next ones are asked when it fails"),
    hedgeAfterMs: z
      .number()
      .positive()
      .nullable()
      .default(1_000)
      .describe("a head later than this is asked of the next upstream too, ms; null: never"),
    directorUrls: z
      .array(z.url())
      .max(16)
      .default([])
      .describe("where heartbeats go; several directors share the headroom told; none: nowhere"),
    telemetryUrl,
    capacityMbps: z.number().positive().default(10_000).describe("what it may send, Mb/s"),
    cacheBytes: z
      .number()
      .int()
      .positive()
      .default(512 * 1024 * 1024)
      .describe("most bytes kept"),
    routes: z
      .array(
        z.strictObject({
          match: z.string(),
          query: z.array(z.string()).optional(),
          forward: z.enum(["none", "all"]).optional(),
          source: z.string().optional(),
        }),
      )
      .default([])
      .describe(
        'how some paths are cached, as JSON: {"match":"^/img/","query":["w"],"forward":"all"}; a channel\'s are known',
      ),
    tls: z
      .strictObject({ certFile: z.string(), keyFile: z.string() })
      .nullable()
      .default(null)
      .describe(
        "TLS 1.3 with HTTP/2: certFile=…,keyFile=… in PEM, taken over when they change; null: clear text",
      ),
    accessLog: z
      .strictObject({ file: z.string(), every: z.number().int().positive().default(100) })
      .nullable()
      .default(null)
      .describe("one request of so many as a JSON line: file=…,every=100; null: none"),
    workers: z
      .number()
      .int()
      .min(0)
      .max(256)
      .default(1)
      .describe("threads that serve viewers; 0: one a core"),
  }),
  ixp: z.strictObject({
    host,
    port: listenPort(8_085),
    id: z.string().default("ixp").describe("the exchange's id"),
    asn: asn.default(64_512).describe("number of its route server"),
    place: z.string().default("").describe("where it stands"),
    members: z
      .array(
        z.strictObject({
          asn,
          name: z.string(),
          portMbps: z.number().positive(),
          link: linkSchema.default({ delayMs: 0, mbps: null }),
          interface: z.string().optional(),
          routeServer: z.boolean().optional(),
          bilateral: z.union([z.literal("all"), z.array(asn)]).optional(),
        }),
      )
      .default([])
      .describe("members and their ports; interface=NAME: this machine's, whose counters are told"),
    relays: z
      .array(
        z.strictObject({ name: z.string(), from: asn, to: asn, listen: address, target: address }),
      )
      .default([])
      .describe("traffic carried between members' ports"),
  }),
  isp: z.strictObject({
    host,
    port: listenPort(8_086),
    asn: asn.default(64_513).describe("the network's number"),
    name: z.string().default("access network").describe("its name"),
    place: z.string().default("").describe("where it is"),
    prefixes: z.array(z.string()).default(["127.0.1.0/24"]).describe("its footprint"),
    limitMbps: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe("most it wants delivered, Mb/s; null: no limit"),
    link: linkSchema
      .default({ delayMs: 0, mbps: null })
      .describe("the access link: delayMs=…,mbps=…"),
    contractFile: z
      .string()
      .nullable()
      .default(null)
      .describe("its advertisement (RFC 9241), read again when it changes; null: its prefixes"),
    routes: z
      .array(
        z.strictObject({
          name: z.string(),
          port,
          target: address,
          extraLink: linkSchema.optional(),
        }),
      )
      .default([])
      .describe("services reached through the gateway"),
    accessInterface: z
      .string()
      .nullable()
      .default(null)
      .describe("this machine's interface towards subscribers; null: what routes carry is told"),
    pnis: z
      .array(
        z.strictObject({
          id: z.string().min(1).max(64),
          with: asn,
          mbps: z.number().positive(),
          interface: z.string(),
        }),
      )
      .default([])
      .describe("private interconnects: id=…,with=ASN,mbps=…,interface=NAME"),
  }),
  director: z.strictObject({
    host,
    port: listenPort(8_082),
    channel,
    edges: z
      .array(
        z.strictObject({
          id: z.string(),
          url: z.url(),
          asn: asn.optional(),
          at: z.string().optional(),
          in: asn.optional(),
          place: z.string().optional(),
          capacityMbps: z.number().positive(),
          cost: z.number().min(0).optional(),
          foreign: z.boolean().optional(),
          addresses: z.array(z.string()).max(8).optional(),
        }),
      )
      .default([])
      .describe(
        "edges beside the model's: id=…,url=…,asn=…,at=EXCHANGE or in=ASN,place=…,capacityMbps=…,cost=…,foreign=true",
      ),
    exchanges: z
      .array(z.url())
      .default([])
      .describe("where exchanges are asked, beside the model's"),
    networks: z
      .array(z.url())
      .default([])
      .describe("where access networks are asked, beside the model's"),
    telemetryUrl: z
      .url()
      .nullable()
      .default(null)
      .describe("who says how viewers fare; null: targets stay where they start"),
    sync: syncBoundsSchema
      .default(defaultSyncBounds)
      .describe(
        "how far behind the camera viewers may stay: startMs=…,leastMs=…,mostMs=…,anchorMs=…",
      ),
    places: z
      .array(z.strictObject({ id: z.string(), name: z.string() }))
      .default([])
      .describe("names of places: id=it/roma,name=Roma"),
    model: networkModelSchema
      .nullable()
      .default(null)
      .describe("the same as JSON, as a match gives it; null: none"),
    modelFile: z
      .string()
      .nullable()
      .default(null)
      .describe("network model (YAML): exchanges, networks, PNIs, edges, policy; null: none"),
    tables: z
      .array(z.strictObject({ format: z.enum(["csv", "mmdb"]), file: z.string() }))
      .max(8)
      .default([])
      .describe("whose address is whose, beside the model's own tables: format=csv,file=…"),
    directors: z
      .number()
      .int()
      .min(1)
      .max(16)
      .default(1)
      .describe("how many share the viewers, and nothing else; edges may tell of more"),
    publicUrl: z
      .url()
      .optional()
      .describe("where players find it, when that is not where it listens; default: where it does"),
    ...surfaceFields,
    decisionLog: z
      .strictObject({
        folder: z.string(),
        fileBytes: z.number().int().min(65_536).optional(),
        totalBytes: z.number().int().min(131_072).optional(),
      })
      .nullable()
      .default(null)
      .describe(
        "what is decided, for regista audit: folder=…,fileBytes=…,totalBytes=…; null: nowhere",
      ),
  }),
  telemetry: z.strictObject({ host, port: listenPort(8_084), channel }),
  watch: z.strictObject({
    host,
    port: listenPort(8_080),
    channel,
    directorUrls: directorUrls("who says where to go; the next one is asked when one is silent"),
    telemetryUrl: z.url().default("http://127.0.0.1:8084").describe("where viewers report"),
    edges: z
      .array(z.strictObject({ id: z.string(), url: z.url(), label: z.string() }))
      .default([])
      .describe("edges to fall back on without a director"),
    captureIs: z
      .enum(["camera", "arrival"])
      .default("camera")
      .describe("what a frame's time means: its capture, or its arrival at the broadcaster"),
    networks: z
      .array(z.strictObject({ asn, name: z.string(), gateway: z.string() }))
      .default([])
      .describe("networks that a person may watch from"),
  }),
  controlroom: z.strictObject({
    host,
    port: listenPort(8_081),
    title: z.string().default("match").describe("the fixture"),
    channel,
    directorUrls: directorUrls("the directors; their parts of the audience are added up"),
    telemetryUrl: z.url().default("http://127.0.0.1:8084").describe("the collector"),
    originUrl: z.url().default("http://127.0.0.1:8083").describe("the origin"),
    broadcasterUrl: z.url().default("http://127.0.0.1:8087").describe("the broadcaster"),
    exchanges: z.array(z.url()).default([]).describe("exchanges"),
    networks: z.array(z.url()).default([]).describe("access networks"),
    watchUrl: z.url().default("http://127.0.0.1:8080").describe("the watch page"),
    fullAt: z
      .number()
      .min(0.5)
      .max(1)
      .default(defaultPolicy.fullAt)
      .describe("share of its capacity from which an edge counts as full, as the policy says"),
    edges: z
      .array(z.strictObject({ id: z.string(), fill: linkSchema }))
      .default([])
      .describe("edges with their declared line to the origin"),
  }),
  push: z.strictObject({
    host,
    port: listenPort(8_088),
    channel,
    edges: z
      .array(z.url())
      .min(1)
      .default(["http://127.0.0.1:8091"])
      .describe("edges whose gated cues are followed; the next ones are asked when one fails"),
    folder: z
      .string()
      .default(".regista/push")
      .describe("where its keys (vapid.json, made at the first start) and subscriptions are kept"),
    contact: z
      .string()
      .regex(/^(?:mailto:|https:\/\/)./, "neither mailto: nor https:")
      .default("mailto:push@example.com")
      .describe("mailto: or https: URL by which push services reach you"),
    ttlS: z
      .number()
      .int()
      .min(1)
      .max(3_600)
      .default(60)
      .describe("how long a notification is worth sending, s"),
    allowPrivate: z
      .boolean()
      .default(false)
      .describe("whether endpoints may lie in private networks; for tests alone"),
  }),
  link: z.strictObject({
    relays: z
      .array(
        z.strictObject({
          name: z.string(),
          listen: address,
          target: address,
          links: z.array(linkSchema),
        }),
      )
      .default([])
      .describe("relays, each with its declared links in series"),
  }),
};
