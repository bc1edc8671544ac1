// The MPD as a plain value, written and read (ISO/IEC 23009-1). Pure.
export { dashErrors } from "./errors.ts";
export { ATTRIBUTES_LIMIT, DEPTH_LIMIT, ELEMENTS_LIMIT, MPD_CHARS_LIMIT } from "./limits.ts";
export type {
  AdaptationSet,
  ContentSteering,
  Presentation,
  Representation,
  ServiceLocation,
  Timing,
} from "./presentation.ts";
export { readMpd } from "./readMpd.ts";
export { DASH_PROFILES, writeMpd } from "./writeMpd.ts";
