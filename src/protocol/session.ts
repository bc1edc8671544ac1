// viewer → director: where to go, and how far behind the camera to stay.
import { z } from "zod";
import { pathClasses } from "./pathClass.ts";
import { targetSchema } from "./target.ts";
import { version } from "./version.ts";

/** The answer to `GET /session?channel=`. */
export const sessionSchema = z.object({
  v: version,
  session: z.string(),
  network: z.object({ asn: z.number().int(), name: z.string() }).nullable(),
  cohort: z.string(),
  edge: z.object({ id: z.string(), class: z.enum(pathClasses) }),
  why: z.array(z.string()),
  urls: z.object({ hls: z.url(), dash: z.url(), time: z.url() }),
  steering: z.object({ hls: z.url(), dash: z.url(), ttlS: z.number().positive() }),
  target: targetSchema,
  token: z.string().nullable(),
});
export type Session = z.infer<typeof sessionSchema>;
