// `GET /map` of the director: networks, classes, edges and what has room, for the console.
import { z } from "zod";
import { standingNames } from "./explanation.ts";
import { pathClasses } from "./pathClass.ts";
import { version } from "./version.ts";

/** Viewers and megabits a second. `mbps` is what edges measured, split by where this director's viewers are. */
const amount = z.object({ viewers: z.number(), mbps: z.number() });
const byClass = z.array(amount.extend({ class: z.enum(pathClasses) }));

export const networkMapSchema = z.object({
  v: version,
  /** UTC in seconds. */
  at: z.number(),
  title: z.string(),
  /** How many directors share the audience, as edges say; this one shows its own part. */
  directors: z.number().int(),
  total: amount,
  /** Shares of the total on local paths, 0 to 1; null without viewers. */
  local: z.object({ viewers: z.number().nullable(), mbps: z.number().nullable() }),
  classes: byClass,
  /** Busiest first, at most 256; the rest counted. */
  networks: z.array(
    amount.extend({
      asn: z.number().int().nullable(),
      name: z.string(),
      place: z.string().nullable(),
      classes: byClass,
      /** Delivered by the network's own measurement, and its limit, Mb/s; null when it tells none. */
      measuredMbps: z.number().nullable(),
      limitMbps: z.number().nullable(),
      /** Where it meets the edges' networks. */
      exchanges: z.array(z.string()),
      pnis: z.array(z.string()),
    }),
  ),
  moreNetworks: z.number().int(),
  edges: z.array(
    z.object({
      id: z.string(),
      place: z.string().nullable(),
      at: z.string().nullable(),
      in: z.number().int().nullable(),
      foreign: z.boolean(),
      standing: z.enum(standingNames),
      why: z.string().nullable(),
      viewers: z.number(),
      mbps: z.number(),
      capacityMbps: z.number(),
      /** Share in use, with what this director has promised since the last heartbeat; null when nothing is known. */
      load: z.number().nullable(),
      /** Of the last probe; null where none was made. */
      probeMs: z.number().nullable(),
    }),
  ),
  exchanges: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      place: z.string(),
      told: z.boolean(),
      ports: z.array(
        z.object({
          asn: z.number().int(),
          name: z.string(),
          up: z.boolean(),
          mbps: z.number(),
          inMbps: z.number().nullable(),
          outMbps: z.number().nullable(),
        }),
      ),
    }),
  ),
  pnis: z.array(
    z.object({
      id: z.string(),
      between: z.tuple([z.number().int(), z.number().int()]),
      place: z.string(),
      up: z.boolean(),
      mbps: z.number(),
      usedMbps: z.number().nullable(),
    }),
  ),
  /** What is contradictory or was refused, newest last, at most 64: sentences. */
  reports: z.array(z.string()),
});
export type NetworkMap = z.infer<typeof networkMapSchema>;
