// Samples into a fragment, which is a CMAF chunk: [styp] [prft] [emsg…] moof mdat, ISO/IEC 23000-19 7.3.2.3.
import { invariant } from "#base";
import {
  appendBox,
  type Box,
  ByteWriter,
  type FileTypeBox,
  type ProducerReferenceTimeBox,
  type TrackRunBox,
} from "#media/isobmff";
import type { Sample } from "./sample.ts";

/** A sample to write; its decode time follows from those before it. */
export type SampleToWrite = Omit<Sample, "dts">;

export interface FragmentToWrite {
  /** mfhd: goes up by one a fragment. */
  readonly sequence: number;
  readonly trackId: number;
  /** Of the first sample, ticks since the epoch. */
  readonly decodeTime: number;
  /** At least one. */
  readonly samples: readonly SampleToWrite[];
  readonly prft?: ProducerReferenceTimeBox;
  readonly styp?: FileTypeBox<"styp">;
  /** Whole emsg boxes, as they came. */
  readonly events?: readonly Uint8Array[];
}

/** The type of the first chunk of a CMAF segment: also a fragment's and a chunk's, ISO/IEC 23000-19 7.3.2 and 7.3.3. */
export const segmentType: FileTypeBox<"styp"> = {
  type: "styp",
  majorBrand: "cmfs",
  minorVersion: 0,
  compatibleBrands: ["cmfs", "cmff", "cmfl", "msdh"],
};

/** Bytes set aside for all boxes but the media: the fixed fields, and 16 for each sample. */
const headCapacity = (samples: number): number => 256 + 16 * samples;

/** The bytes of a fragment. Media is copied once, into the array that is returned. */
export function writeFragment(fragment: FragmentToWrite): Uint8Array {
  const { samples, styp, events = [], prft } = fragment;
  invariant(samples.length > 0, "a fragment has samples");
  const writer = new ByteWriter(headCapacity(samples.length));
  if (styp) appendBox(writer, styp);
  if (prft) appendBox(writer, prft);
  for (const event of events) writer.bytes(event);
  const measure = new ByteWriter(headCapacity(samples.length));
  appendBox(measure, fragmentBox(fragment, 0));
  const mediaOffset = measure.length + 8;
  appendBox(writer, fragmentBox(fragment, mediaOffset));
  let media = 0;
  for (const sample of samples) media += sample.bytes.length;
  invariant(media + 8 < 2 ** 32, "a fragment's media fits a 32-bit size");
  writer.u32(media + 8);
  writer.latin1("mdat");
  const head = writer.finish();
  const whole = new Uint8Array(head.length + media);
  whole.set(head);
  let at = head.length;
  for (const sample of samples) {
    whole.set(sample.bytes, at);
    at += sample.bytes.length;
  }
  return whole;
}

const none = {
  baseDataOffset: null,
  sampleDescriptionIndex: null,
  sampleSize: null,
  durationIsEmpty: false,
};

function fragmentBox(fragment: FragmentToWrite, dataOffset: number): Box {
  const { sequence, trackId, decodeTime, samples } = fragment;
  const [first] = samples as [SampleToWrite, ...SampleToWrite[]];
  const evenDuration = samples.every((sample) => sample.duration === first.duration);
  // Usually only the first sample differs in its flags: a key frame, then pictures that depend on it.
  const later = samples[1]?.flags ?? first.flags;
  const evenFlags = samples.every((sample, index) => index === 0 || sample.flags === later);
  const offsets = samples.map((sample) => sample.compositionOffset);
  const run: TrackRunBox = {
    type: "trun",
    version: offsets.some((offset) => offset < 0) ? 1 : 0,
    sampleCount: samples.length,
    dataOffset,
    firstSampleFlags: evenFlags && first.flags !== later ? first.flags : null,
    durations: evenDuration ? null : samples.map((sample) => sample.duration),
    sizes: samples.map((sample) => sample.bytes.length),
    flags: evenFlags ? null : samples.map((sample) => sample.flags),
    compositionOffsets: offsets.some((offset) => offset !== 0) ? offsets : null,
  };
  const header: Box = {
    type: "tfhd",
    ...none,
    trackId,
    sampleDuration: evenDuration ? first.duration : null,
    sampleFlags: evenFlags ? later : null,
    defaultBaseIsMoof: true,
  };
  const time: Box = { type: "tfdt", version: 1, decodeTime };
  const track: Box = { type: "traf", children: [header, time, run] };
  return { type: "moof", children: [{ type: "mfhd", sequence }, track] };
}
