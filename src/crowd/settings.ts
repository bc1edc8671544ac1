// What a crowd is asked to do: checked once, told to every process, and written into every report.
import { z } from "zod";
import { type ArrivalModel, arrivalModels } from "./plan/arrivals.ts";
import {
  CROWD_VIEWERS_LIMIT,
  DIRECTORS_LIMIT,
  DURATION_LIMIT_MS,
  EDGES_LIMIT,
  NETWORKS_LIMIT,
  PROCESSES_LIMIT,
} from "./limits.ts";
import { crowdProtocols } from "./viewer/types.ts";

const name = z.string().min(1).max(64);
const share = z.number().positive().max(1_000_000);
const base = z.url({ protocol: /^http$/ });
const instant = z.number().min(0).max(DURATION_LIMIT_MS);
const arrivalNames = Object.keys(arrivalModels) as [ArrivalModel, ...ArrivalModel[]];

/** Where viewers come from. Shares are weights: 3 and 1 are as good as 0.75 and 0.25. */
const networkSchema = z.strictObject({
  name: name.describe("as it is shown"),
  asn: z.number().int().min(1).max(4_294_967_295).nullable().default(null).describe("its number"),
  prefix: z
    .union([z.cidrv4(), z.cidrv6()])
    .nullable()
    .default(null)
    .describe("viewers' source addresses, one after the other; null: whatever the host takes"),
  share: share.default(1).describe("its part of the viewers, as a weight"),
  edges: z
    .array(base)
    .max(EDGES_LIMIT)
    .default([])
    .describe("base addresses of edges, the best first"),
});
export type CrowdNetwork = z.infer<typeof networkSchema>;

/** A whole crowd. Times in ms. */
export const crowdSettingsSchema = z.strictObject({
  channel: z.string().regex(/^[\w-]{1,64}$/),
  viewers: z.number().int().min(1).max(CROWD_VIEWERS_LIMIT),
  protocols: z
    .array(z.strictObject({ protocol: z.enum(crowdProtocols), share }))
    .min(1)
    .max(crowdProtocols.length),
  arrival: z.enum(arrivalNames),
  overMs: instant,
  durationMs: z.number().positive().max(DURATION_LIMIT_MS),
  atMs: instant.nullable(),
  networks: z.array(networkSchema).min(1).max(NETWORKS_LIMIT),
  director: z
    .strictObject({
      /** Directors that share the viewers: each viewer begins with another one, and asks the next when one is silent. */
      urls: z.array(base).min(1).max(DIRECTORS_LIMIT),
      ask: z.enum(["network", "viewer"]),
      /** Whether viewers that asked go on asking where to be (`/steer/…`), and follow. */
      steer: z.boolean(),
    })
    .nullable(),
  targetLatencyMs: z.number().positive().max(60_000).nullable(),
  rendition: name,
  audio: z.boolean(),
  cmcd: z.boolean(),
  /** Share of the viewers whose content is compared by hash. */
  sampled: z.number().min(0).max(1),
  /** Share of each object's bytes that is asked for. */
  payload: z.number().positive().max(1),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /** null: as many as descriptors need. */
  processes: z.number().int().min(1).max(PROCESSES_LIMIT).nullable(),
});
export type CrowdSettings = z.infer<typeof crowdSettingsSchema>;

/** The target where neither the settings nor the director say one, ms behind capture. */
export const DEFAULT_TARGET_MS = 1_500;

/** Whether viewers ask for every byte, as a sentence for every form of the report. */
export function payloadSentence(payload: number): string {
  return payload === 1
    ? "true size: every byte of every object was asked for"
    : `scaled: of each media object the first ${percent(payload)} of its bytes were asked for`;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
