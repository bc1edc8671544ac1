// What the director and telemetry show of themselves to the control room and the command line.
import { z } from "zod";
import { cohortsSchema } from "./cohorts.ts";
import { heartbeatSchema } from "./heartbeat.ts";
import { hopNames } from "./hops.ts";
import { pathClasses } from "./pathClass.ts";
import { spreadSchema } from "./spread.ts";
import { syncBoundsSchema } from "./sync.ts";
import { targetSchema } from "./target.ts";
import { version } from "./version.ts";

/** `GET /state` of the director. */
export const directorStateSchema = z.object({
  v: version,
  channel: z.string(),
  /** Where a cohort starts, and the version of every target told now. */
  target: z.object({ latencyMs: z.number(), version: z.number().int() }),
  /** Within what targets lie; null from a director that governs none. */
  sync: syncBoundsSchema.nullable().default(null),
  /** Each cohort that has a target. Durations in milliseconds. */
  cohorts: z
    .array(
      z.object({
        id: z.string(),
        /** The place's name. */
        name: z.string(),
        viewers: z.number().int(),
        /** How far behind the camera it is to be now, and the plan that says so. */
        nowMs: z.number(),
        target: targetSchema,
        /** By telemetry's last word; null without one. */
        need: spreadSchema.nullable(),
        latency: spreadSchema.nullable(),
        spreadMs: z.number().nullable(),
        /** How long after its media time a cue is released; null while that is not known. */
        releaseAfterMs: z.number().nullable(),
        /** One sentence. */
        why: z.string(),
      }),
    )
    .default([]),
  sessionsLastMinute: z.number().int(),
  edges: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      /** An exchange's id, or null when the edge sits in a network. */
      at: z.string().nullable(),
      /** A network's number, or null when the edge sits at an exchange. */
      in: z.number().int().nullable(),
      up: z.boolean(),
      /** One sentence when it is not up. */
      why: z.string().nullable(),
      heartbeat: heartbeatSchema.nullable(),
    }),
  ),
  decisions: z.array(
    z.object({
      at: z.number(),
      session: z.string(),
      network: z.string(),
      edge: z.string(),
      class: z.enum(pathClasses),
      why: z.array(z.string()),
    }),
  ),
});
export type DirectorState = z.infer<typeof directorStateSchema>;

/** `GET /summary` of telemetry: the last ten seconds. Durations in milliseconds. */
export const summarySchema = z.object({
  v: version,
  at: z.number(),
  /** For each hop: how long the first frame of a part spent in it. */
  hops: z.array(z.object({ hop: z.enum(hopNames), node: z.string(), ms: spreadSchema })),
  /** Capture to screen less all hops above; null without a viewer. */
  unexplained: spreadSchema.nullable(),
  /** Capture to screen, all viewers; null without a viewer. */
  glassToGlass: spreadSchema.nullable(),
  viewers: z.array(
    z.object({
      session: z.string(),
      protocol: z.string(),
      edge: z.string(),
      network: z.string(),
      rendition: z.string(),
      latencyMs: z.number(),
      /** Where that latency starts: at the camera, or (CMCD's own `ltc`) at the origin. */
      latencyFrom: z.enum(["camera", "origin"]).optional(),
      bufferMs: z.number(),
      stalls: z.number().int(),
      seenMsAgo: z.number(),
    }),
  ),
  /** Viewers by place, each counted once, of those that told their cohort. */
  cohorts: cohortsSchema.shape.cohorts.default([]),
  /** Counted, never silent. */
  dropped: z.object({ hops: z.number().int(), events: z.number().int() }),
});
export type Summary = z.infer<typeof summarySchema>;
