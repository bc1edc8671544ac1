// Timed events of the match: entered at the origin, held and cached by edges like parts, told to each viewer when its
// own picture has reached them.
import { z } from "zod";
import { version } from "./version.ts";

export const cueKinds = ["goal", "card", "var", "score", "odds", "push", "chat"] as const;
export type CueKind = (typeof cueKinds)[number];

/** The text of a cue's `data` at most, characters of JSON. */
export const CUE_DATA_LIMIT = 2_048;

/** The most that a cue may lie ahead of now, and behind it, ms. */
export const CUE_AHEAD_LIMIT_MS = 60_000;
export const CUE_BEHIND_LIMIT_MS = 60_000;

const data = z
  .record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
  .refine(
    (value) => JSON.stringify(value).length <= CUE_DATA_LIMIT,
    `more than ${CUE_DATA_LIMIT} characters`,
  );

/** The body of `POST /ingest/{channel}/cues`. Without `mediaTimeMs`: what the camera sees now. */
export const cueEntrySchema = z.object({
  v: version,
  kind: z.enum(cueKinds),
  mediaTimeMs: z.number().int().positive().optional(),
  data: data.default({}),
});
export type CueEntry = z.infer<typeof cueEntrySchema>;

/**
 * A cue, `GET /{channel}/cues/{seq}.json`: immutable. Numbers rise by one within a run of the origin; a later run starts
 * far above, at the UTC millisecond of its start. Instants are UTC ms.
 */
export const cueSchema = z.object({
  v: version,
  seq: z.number().int().positive(),
  mediaTimeMs: z.number().int().positive(),
  kind: z.enum(cueKinds),
  data,
  /** When it was entered. */
  enteredMs: z.number().int().positive(),
});
export type Cue = z.infer<typeof cueSchema>;

/** `GET /{channel}/cues.json`: the numbers that can be had; `next` is the one that comes next. */
export const cueIndexSchema = z.object({
  v: version,
  /** Where this run of the origin began: what is below was another run's. */
  first: z.number().int().positive(),
  oldest: z.number().int().positive(),
  next: z.number().int().positive(),
});
export type CueIndex = z.infer<typeof cueIndexSchema>;

/** What carriers read of a cue: its number, and the instant before which nobody is told. */
export const cueEnvelopeSchema = cueSchema.pick({ v: true, seq: true, mediaTimeMs: true });

/** `event: hello` of a cue stream, the first: each number from `from` on is told on it, as a cue or as lost. */
export const cueHelloSchema = z.object({ v: version, from: z.number().int().positive() });
export type CueHello = z.infer<typeof cueHelloSchema>;

/**
 * `event: lost` of a cue stream: the numbers from `from` to `to` are not to be had. `count` is how many cues they were; null
 * when the numbering began anew in between, so that nobody knows.
 */
export const cueLossSchema = z.object({
  v: version,
  from: z.number().int().positive(),
  to: z.number().int().positive(),
  count: z.number().int().nonnegative().nullable(),
});
export type CueLoss = z.infer<typeof cueLossSchema>;

export const cueEntryPath = (channel: string): string => `/ingest/${channel}/cues`;
export const cuePath = (channel: string, seq: number): string => `/${channel}/cues/${seq}.json`;
export const cueIndexPath = (channel: string): string => `/${channel}/cues.json`;
/** Server-sent events, rendered by the edge alone: each cue under its number as the event's id. */
export const cueStreamPath = (channel: string): string => `/${channel}/cues/live`;
