// The packager: frames in, parts out. One store, one publishing point.
export { packagerErrors } from "./errors.ts";
export { createIngest, Ingest, type IngestCounters, type IngestOptions } from "./ingest.ts";
export {
  OVERDUE_MS,
  RENDITIONS_LIMIT,
  STORE_BYTES_LIMIT,
  WAITERS_LIMIT,
  WINDOW_MS,
} from "./limits.ts";
export type { Part, PartReader, Track } from "./part.ts";
export type { TrackDescription } from "./shelf.ts";
export { stampHops, type StampOptions } from "./stamps.ts";
export { PartStore, type StoreCounters, type StoreLimits, type StoreOptions } from "./store.ts";
