// director → viewer: how far behind the camera a cohort stays. Every viewer of it computes the same distance at the same
// instant, whenever it heard of the change.
import { z } from "zod";

/** The distance moves by so much a second at most, ms: nobody sees or hears it. */
export const TARGET_SLEW_MS_PER_S = 50;

/** A target that a viewer follows lies within these, ms behind the camera; another is refused. */
export const TARGET_LIMITS_MS = { least: 500, most: 30_000 } as const;

const distanceMs = z.number().min(TARGET_LIMITS_MS.least).max(TARGET_LIMITS_MS.most);

/**
 * From `fromUtcMs` on the distance goes from `fromLatencyMs` to `latencyMs` at {@link TARGET_SLEW_MS_PER_S}; before it,
 * it is `fromLatencyMs`. A change is told well before it begins, so that it begins for all at once.
 */
export const targetSchema = z.object({
  latencyMs: distanceMs,
  version: z.number().int().nonnegative(),
  fromLatencyMs: distanceMs,
  fromUtcMs: z.number().nonnegative(),
});
export type Target = z.infer<typeof targetSchema>;

/** The key of the target in both steering manifests; players that do not know it pass over it. */
export const TARGET_KEY = "X-REGISTA-TARGET";
