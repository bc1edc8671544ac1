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
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;
