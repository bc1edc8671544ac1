// ISO base media file format: boxes as plain values, readers and writers in pairs. Pure.
export type { AvcConfigurationBox } from "./avcc.ts";
export {
  appendBox,
  type Box,
  type ContainerBox,
  findBox,
  findPath,
  readBoxes,
  writeBoxes,
} from "./box.ts";
export { avcCodecString, mp4aCodecString } from "./codecString.ts";
export { isobmffErrors } from "./errors.ts";
export { type AudioConfig, type EsdsBox, readAudioConfig } from "./esds.ts";
export type { FileTypeBox } from "./fileType.ts";
export type {
  MovieFragmentHeaderBox,
  TrackFragmentDecodeTimeBox,
  TrackFragmentHeaderBox,
  TrackRunBox,
} from "./fragment.ts";
export {
  BOX_BYTES_DEFAULT,
  CHILDREN_LIMIT,
  CUES_LIMIT,
  DEPTH_LIMIT,
  SAMPLES_LIMIT,
} from "./limits.ts";
export type {
  HandlerBox,
  Matrix,
  MediaHeaderBox,
  MovieHeaderBox,
  TrackExtendsBox,
  TrackHeaderBox,
} from "./movie.ts";
export {
  ntpOfUtc,
  type NtpTime,
  prftMoments,
  type ProducerReferenceTimeBox,
  utcOfNtp,
} from "./prft.ts";
export type { RawBox } from "./raw.ts";
export type {
  AvcSampleEntry,
  Mp4AudioSampleEntry,
  SampleDescriptionBox,
  SampleEntry,
  SampleEntryChild,
  WebvttSampleEntry,
} from "./sampleEntry.ts";
export { readTextSample, type TextCue, writeTextSample } from "./webvtt.ts";
export { BoxSplitter, type SplitBox } from "./split.ts";
export { ByteWriter } from "./writer.ts";
