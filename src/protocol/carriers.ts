// What the exchange and an ISP tell the director and the control room about themselves.
import { z } from "zod";
import { version } from "./version.ts";

/** A declared link: one-way delay, and rate in each direction (null: not limited). */
export const linkSchema = z.object({
  delayMs: z.number().min(0).max(2_000),
  mbps: z.number().positive().nullable(),
});
export type LinkDeclaration = z.infer<typeof linkSchema>;

/** `GET /exchange`: members and the measured load of their ports over the last second. */
export const exchangeSchema = z.object({
  v: version,
  id: z.string(),
  asn: z.number().int(),
  place: z.string(),
  members: z.array(
    z.object({
      asn: z.number().int(),
      name: z.string(),
      port: z.object({
        mbps: z.number().positive(),
        inMbps: z.number(),
        outMbps: z.number(),
        link: linkSchema,
        /** False: the port has lost its line. Absent: it is up. */
        up: z.boolean().optional(),
      }),
      /** It peers with the exchange's route server. Absent: it does. */
      routeServer: z.boolean().optional(),
      /** With whom it has sessions of its own. Absent: with all. */
      bilateral: z.union([z.literal("all"), z.array(z.number().int())]).optional(),
    }),
  ),
});
export type Exchange = z.infer<typeof exchangeSchema>;

/** `GET /network`: an ISP's footprint, limits, and the measured load of its access link over the last second. */
export const networkSchema = z.object({
  v: version,
  asn: z.number().int(),
  name: z.string(),
  place: z.string(),
  prefixes: z.array(z.string()),
  gateway: z.string(),
  /** The most that the network wants delivered, Mb/s; null: no limit. */
  limitMbps: z.number().positive().nullable(),
  access: z.object({
    link: linkSchema,
    downMbps: z.number(),
    upMbps: z.number(),
    connections: z.number().int(),
  }),
  /** Its private interconnects, each with the other network's number; loads are towards this network. */
  pnis: z
    .array(
      z.object({
        id: z.string().max(64),
        with: z.number().int(),
        mbps: z.number().positive(),
        inMbps: z.number(),
        up: z.boolean().optional(),
      }),
    )
    .max(256)
    .optional(),
});
export type Network = z.infer<typeof networkSchema>;
