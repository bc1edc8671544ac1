// A distribution in four numbers.
import { z } from "zod";

export const spreadSchema = z.object({
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  n: z.number().int(),
});
export type Spread = z.infer<typeof spreadSchema>;
