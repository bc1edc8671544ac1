// Within what bounds a channel's targets lie: the match file's `sync`, the director's option.
import { z } from "zod";
import { TARGET_LIMITS_MS } from "./target.ts";

const distanceMs = z.number().int().min(TARGET_LIMITS_MS.least).max(TARGET_LIMITS_MS.most);

/** Distances behind the camera, ms. */
export const syncBoundsSchema = z
  .strictObject({
    startMs: distanceMs
      .default(1_500)
      .describe("where viewers begin, and who cannot be told otherwise stays, ms"),
    leastMs: distanceMs.default(1_200).describe("the governor goes no lower, ms"),
    mostMs: distanceMs.default(6_000).describe("the governor goes no higher, ms"),
    anchorMs: distanceMs
      .nullable()
      .default(null)
      .describe("the broadcast's delay, ms: as close to it as can be, never ahead; null: none"),
  })
  .refine(({ leastMs, startMs, mostMs }) => leastMs <= startMs && startMs <= mostMs, {
    error: "leastMs ≤ startMs ≤ mostMs does not hold",
    path: ["startMs"],
  })
  .refine(({ anchorMs, mostMs }) => anchorMs === null || anchorMs <= mostMs, {
    error: "it is more than mostMs allows",
    path: ["anchorMs"],
  });
export type SyncBounds = z.infer<typeof syncBoundsSchema>;

/** What holds when nothing is said. */
export const defaultSyncBounds: SyncBounds = {
  startMs: 1_500,
  leastMs: 1_200,
  mostMs: 6_000,
  anchorMs: null,
};

/** Where viewers begin: at `startMs`, or at the anchor when that is farther. */
export const startOf = ({ startMs, anchorMs }: SyncBounds): number =>
  Math.max(startMs, anchorMs ?? 0);
