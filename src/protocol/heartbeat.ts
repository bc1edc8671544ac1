// edge → director, every second.
import { z } from "zod";
import { version } from "./version.ts";

/** An edge's word on itself. `at` is UTC in seconds; `mbps` is what it sent in the last second. */
export const heartbeatSchema = z.object({
  v: version,
  edge: z.string().min(1).max(64),
  at: z.number(),
  viewers: z.number().int().nonnegative(),
  mbps: z.number().nonnegative(),
  capacityMbps: z.number().positive(),
  cpu: z.number().nonnegative(),
  waiters: z.number().int().nonnegative(),
  upstreamErrors: z.number().int().nonnegative(),
  draining: z.boolean(),
  /** How many directors it tells, each of which spends that share of its headroom. Absent: one. */
  directors: z.number().int().min(1).max(16).optional(),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/**
 * The director's answer: how long after its media time a cue is released to those of a cohort who watch no picture, ms:
 * when the cohort's p95 has passed it, and a margin. A cohort that is not named has nobody to spoil.
 */
export const heartbeatAnswerSchema = z.object({
  v: version,
  releases: z
    .array(z.object({ cohort: z.string().max(64), afterMs: z.number().nonnegative() }))
    .max(1_000),
});
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswerSchema>;
