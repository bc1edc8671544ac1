// `GET /explain` of the director: one decision, step by step, with what was refused and why.
import { z } from "zod";
import { pathClasses } from "./pathClass.ts";
import { version } from "./version.ts";

export const explanationSteps = ["network", "cohort", "target", "paths", "choice"] as const;

/** How fit an edge is, best first. */
export const standingNames = ["up", "unproven", "slow", "full", "draining", "silent"] as const;
export type StandingName = (typeof standingNames)[number];

export const explanationSchema = z.object({
  v: version,
  address: z.string(),
  network: z.object({ asn: z.number().int(), name: z.string() }).nullable(),
  prefix: z.string().nullable(),
  cohort: z.string(),
  steps: z.array(z.object({ step: z.enum(explanationSteps), says: z.string() })),
  /** The edge chosen; the first of `paths`. */
  chosen: z.string(),
  /** No edge was fit: this one is the least bad. */
  leastBad: z.boolean(),
  /** Best first; at most 64, the rest counted. */
  paths: z.array(
    z.object({
      edge: z.string(),
      class: z.enum(pathClasses),
      cost: z.number(),
      place: z.string().nullable(),
      standing: z.enum(standingNames),
      /** Share of capacity in use, of whatever on the path is fullest; null when nothing is known. */
      load: z.number().nullable(),
      /** What on the path is fullest: the edge, a port, a PNI, a limit. */
      tightest: z.string().nullable(),
      /** Why it was not taken; null for the one that was, and for those that were simply dearer. */
      refused: z.string().nullable(),
      says: z.string(),
    }),
  ),
  more: z.number().int(),
});
export type Explanation = z.infer<typeof explanationSchema>;
