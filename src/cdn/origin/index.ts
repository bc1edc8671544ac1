// The origin: one part store answered from by HLS and DASH, and the packager that fills it.
export { originErrors } from "./errors.ts";
export {
  HELD_REQUESTS_LIMIT,
  HOLD_TARGET_DURATIONS,
  PLAYLIST_MS,
  SETTLE_MS,
  VERY_LARGE_POSITION,
} from "./limits.ts";
export { startOrigin } from "./origin.ts";
export { ANSWERABLE_DELAY_MS, type OriginHandle, type OriginOptions } from "./options.ts";
export type { OriginStatusBody, RenditionStatus } from "./status.ts";
