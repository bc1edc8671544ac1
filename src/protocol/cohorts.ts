// telemetry → director: what the viewers of each place hold. Durations in milliseconds, of the last ten seconds.
import { z } from "zod";
import { spreadSchema } from "./spread.ts";
import { version } from "./version.ts";

/** A viewer this far behind its target cannot keep up, ms. */
export const COHORT_LATE_MS = 1_000;

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
        /** Of them, those more than {@link COHORT_LATE_MS} behind their target. */
        late: z.number().int().nonnegative(),
        /** Capture to screen; null when nobody told one. */
        latency: spreadSchema.nullable(),
        /**
         * The spread between any two viewers of the place: 95 of 100 lie within so much of one another, from the 2.5th
         * percentile of latency to the 97.5th; of fewer than 40, all. Null with fewer than two.
         */
        spreadMs: z.number().nonnegative().nullable(),
        /**
         * The least distance that each could hold; null when nobody told one. Of three or more the single worst is left
         * out of the p95: a city is not slowed for one.
         */
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
