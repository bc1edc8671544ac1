// The broadcaster: a source on the epoch grid, encoded, and sent to the origin frame by frame.
export {
  type BroadcasterHandle,
  type BroadcasterOptions,
  startBroadcaster,
} from "./broadcaster.ts";
export { broadcasterErrors } from "./errors.ts";
export { type Ladder, ladders, type Rung } from "./ladder.ts";
export { CaptionTrack } from "./publish/captionTrack.ts";
export type { CaptureIs, SourceCounters, SourceState, SourceStatus } from "./source/source.ts";
export type { BroadcasterStatus } from "./status.ts";
export {
  BARCODE_BITS,
  BARCODE_RATE,
  barcodeGeometry,
  barcodeOf,
  grayDecode,
  grayEncode,
} from "./testsignal/barcode.ts";
export {
  type Caption,
  CAPTION_EVERY_MS,
  CAPTION_LASTS_MS,
  type CaptionLanguage,
  captionLanguages,
  captionsBetween,
  type Stretch,
} from "./testsignal/captions.ts";
