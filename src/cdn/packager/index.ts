// The packager: frames in, parts out.
export { packagerErrors } from "./errors.ts";
export type { Part, PartReader, Track } from "./part.ts";
export type { TrackDescription } from "./shelf.ts";
export { PartStore, type StoreCounters, type StoreLimits, type StoreOptions } from "./store.ts";
