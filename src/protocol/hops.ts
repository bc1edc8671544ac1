// any role → telemetry: when the bytes of a part passed. Batched each second, never through a carrier.
import { z } from "zod";
import { version } from "./version.ts";

/**
 * The hops in the order of the way. `encode`: leaving the encoder. `fill`: arriving at the packager. `answerable`: from
 * complete to answerable at the origin. `edge`: arriving at the edge. `player`: arriving in the player's buffer.
 * `due`: when the playhead reaches the part's first frame. `screen`: when that frame is presented.
 */
export const hopNames = [
  "encode",
  "fill",
  "answerable",
  "edge",
  "player",
  "due",
  "screen",
] as const;
export type HopName = (typeof hopNames)[number];

/** Stamps in one message at most. */
export const HOPS_PER_MESSAGE_LIMIT = 2_000;

const times = {
  hop: z.enum(hopNames),
  node: z.string().min(1).max(64),
  firstByteMs: z.number(),
  lastByteMs: z.number(),
};

/** A stamp from a role that knows media. */
export const mediaHopSchema = z.object({
  channel: z.string().max(64),
  rendition: z.string().max(64),
  segment: z.number().int().nonnegative(),
  part: z.number().int().min(0).max(63),
  ...times,
});
export type MediaHop = z.infer<typeof mediaHopSchema>;

/** A stamp from a carrier, which knows a path and the number of the transfer chunk in its body (0 for a whole object). */
export const carrierHopSchema = z.object({
  object: z.string().max(512),
  chunk: z.number().int().min(0).max(63),
  ...times,
});
export type CarrierHop = z.infer<typeof carrierHopSchema>;

export type Hop = MediaHop | CarrierHop;

/** The body of `POST /hops`. */
export const hopsSchema = z.object({
  v: version,
  hops: z.array(z.union([mediaHopSchema, carrierHopSchema])).max(HOPS_PER_MESSAGE_LIMIT),
});
export type Hops = z.infer<typeof hopsSchema>;
