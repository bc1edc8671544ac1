// telemetry → director: what the viewers of each place hold. Durations in milliseconds, of the last ten seconds.
import { z } from "zod";
import { spreadSchema } from "./spread.ts";
import { version } from "./version.ts";

/** Cohorts of one channel at most. */
export const COHORTS_LIMIT = 1_000;

/** `GET /cohorts` of telemetry. */
export const cohortsSchema = z.object({
  v: version,
  at: z.number(),
  cohorts: z
    .array(
      z.object({
        /** A place, such as it/roma. */
        id: z.string().min(1).max(64),
        /** Viewers heard of. */
        viewers: z.number().int().nonnegative(),
        /** Capture to screen; null when nobody told one. */
        latency: spreadSchema.nullable(),
        /** The least distance that each could hold; null when nobody told one. */
        need: spreadSchema.nullable(),
        /** Distance from the target either way; null when nobody told one. */
        sync: spreadSchema.nullable(),
        /** The share of viewers that stalled within the window, 0 to 1. */
        stalling: z.number().min(0).max(1),
        /** Since the start. */
        cuesLate: z.number().int().nonnegative(),
        cuesLost: z.number().int().nonnegative(),
      }),
    )
    .max(COHORTS_LIMIT),
});
export type Cohorts = z.infer<typeof cohortsSchema>;
