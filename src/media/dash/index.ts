// The MPD as a plain value, written (ISO/IEC 23009-1). Pure.
export { dashErrors } from "./errors.ts";
export type {
  AdaptationSet,
  ContentSteering,
  Presentation,
  Representation,
  ServiceLocation,
  Timing,
} from "./presentation.ts";
export { DASH_PROFILES, writeMpd } from "./writeMpd.ts";
