// What a cache operator tells a CDN of itself: footprints, capabilities, capacity. Pure: values, readers and writers.
export {
  type Advertisement,
  ADVERTISEMENT_TYPE,
  type Capability,
  readAdvertisement,
  writeAdvertisement,
} from "./advertisement.ts";
export { type CapacityLimit, type LimitType, limitTypes } from "./capacityLimits.ts";
export { cdniErrors } from "./errors.ts";
export type { Footprint } from "./footprint.ts";
export {
  type Atlas,
  heldBy,
  insideOf,
  type Region,
  resolveFootprints,
  tidied,
  united,
} from "./region.ts";
