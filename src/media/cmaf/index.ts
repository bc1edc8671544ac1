// CMAF tracks: what a header says, what a fragment holds, and how a chunk is written. Pure.
export { cmafErrors } from "./errors.ts";
export {
  type CmafAudioTrack,
  type CmafTextTrack,
  type CmafTrack,
  type CmafVideoTrack,
  readHeader,
  type SampleDefaults,
} from "./header.ts";
export { RUNS_LIMIT } from "./limits.ts";
export { type Fragment, type FragmentBoxes, readFragment } from "./readFragment.ts";
export { isSync, NON_SYNC_FLAGS, type Sample, SYNC_FLAGS } from "./sample.ts";
export {
  type FragmentToWrite,
  type SampleToWrite,
  segmentType,
  writeFragment,
} from "./writeFragment.ts";
