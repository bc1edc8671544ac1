// The CMAF header of a rendition, made from what its encoder says of itself.
// ISO/IEC 23000-19 7.3.1: ftyp, and moov with one track and no samples.
import { AUDIO_TIMESCALE, TEXT_TIMESCALE, VIDEO_TIMESCALE } from "#media/grid";
import {
  type Box,
  type RawBox,
  readAudioConfig,
  type SampleEntry,
  writeBoxes,
} from "#media/isobmff";

/** The track's number in its own file; every rendition is a file with one track. */
export const TRACK_ID = 1;

/** What an encoder says, with what this room knows of its rendition. */
export type TrackDescription =
  | {
      readonly kind: "video";
      readonly width: number;
      readonly height: number;
      readonly kbps: number;
      /** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1. */
      readonly config: Uint8Array;
    }
  | {
      readonly kind: "audio";
      readonly kbps: number;
      /** AudioSpecificConfig, ISO/IEC 14496-3 1.6.2.1. */
      readonly config: Uint8Array;
    }
  | {
      readonly kind: "text";
      /** ISO 639-2/T, such as `ita`, and RFC 5646, such as `it`. */
      readonly language: { readonly iso639: string; readonly tag: string };
    };

/** The neutral transformation: nothing is turned or scaled. */
const unity = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
const times = { version: 0, creationTime: 0, modificationTime: 0, duration: 0 } as const;
/** What differs between the kinds of a track: its clock, its handler, and who plays instead of whom (8.3.2.3). */
const kinds = {
  video: { timescale: VIDEO_TIMESCALE, handler: "vide", name: "pictures", group: 0 },
  audio: { timescale: AUDIO_TIMESCALE, handler: "soun", name: "sound", group: 1 },
  text: { timescale: TEXT_TIMESCALE, handler: "text", name: "captions", group: 2 },
} as const;
const DPI_72 = 0x48_0000;
/** Stream type 5, audio (ISO/IEC 14496-1 7.2.6.6), with the reserved bit that is always set. */
const AUDIO_STREAM = 0x15;

/** The bytes of a header. @throws isobmff/malformed when the audio configuration cannot be read. */
export function writeHeader(track: TrackDescription): Uint8Array {
  return writeBoxes([
    {
      type: "ftyp",
      majorBrand: "cmf2",
      minorVersion: 0,
      // cwvt: ISO/IEC 23000-19 11.3.
      compatibleBrands: [
        "cmfc",
        "cmf2",
        "iso6",
        "mp41",
        ...(track.kind === "text" ? ["cwvt"] : []),
      ],
    },
    {
      type: "moov",
      children: [
        {
          ...{ type: "mvhd", ...times, timescale: 1000, rate: 0x1_0000, volume: 0x100 },
          ...{ matrix: unity, nextTrackId: TRACK_ID + 1 },
        },
        { type: "trak", children: [trackHeader(track), media(track)] },
        {
          type: "mvex",
          children: [
            {
              ...{ type: "trex", trackId: TRACK_ID, sampleDescriptionIndex: 1 },
              ...{ sampleDuration: 0, sampleSize: 0, sampleFlags: 0 },
            },
          ],
        },
      ],
    },
  ]);
}

function trackHeader(track: TrackDescription): Box {
  const video = track.kind === "video";
  return {
    ...{
      type: "tkhd",
      ...times,
      flags: 7,
      trackId: TRACK_ID,
      layer: 0,
      alternateGroup: kinds[track.kind].group,
    },
    ...{ volume: track.kind === "audio" ? 0x100 : 0, matrix: unity },
    ...{ width: video ? track.width : 0, height: video ? track.height : 0 },
  };
}

function media(track: TrackDescription): Box {
  const { timescale, handler, name } = kinds[track.kind];
  const full = (fourcc: string, payload: readonly number[]): RawBox =>
    raw(fourcc, [0, 0, 0, 0, ...payload]);
  const none = [0, 0, 0, 0];
  return {
    type: "mdia",
    children: [
      {
        type: "mdhd",
        ...times,
        timescale,
        language: track.kind === "text" ? track.language.iso639 : "und",
      },
      { type: "hdlr", handler, name: new TextEncoder().encode(`${name}\0`) },
      ...(track.kind === "text" ? [extendedLanguage(track.language.tag)] : []),
      {
        type: "minf",
        children: [
          mediaHeader(track.kind),
          selfReference(),
          {
            type: "stbl",
            children: [
              { type: "stsd", entries: [entryOf(track)] },
              full("stts", none),
              full("stsc", none),
              full("stsz", [...none, ...none]),
              full("stco", none),
            ],
          },
        ],
      },
    ],
  };
}

/** 12.1.2, 12.2.2 and 8.4.5.2: a plain copy, sound in the middle, and nothing to say of text. */
function mediaHeader(kind: TrackDescription["kind"]): RawBox {
  if (kind === "video") return raw("vmhd", [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  return kind === "audio" ? raw("smhd", [0, 0, 0, 0, 0, 0, 0, 0]) : raw("nmhd", [0, 0, 0, 0]);
}

/** ISO/IEC 14496-12 8.4.6. */
const extendedLanguage = (tag: string): RawBox =>
  raw("elng", [0, 0, 0, 0, ...new TextEncoder().encode(`${tag}\0`)]);

/** dinf with one dref: the samples are in this file (ISO/IEC 14496-12 8.7.2). */
function selfReference(): Box {
  const url = [0, 0, 0, 12, 0x75, 0x72, 0x6c, 0x20, 0, 0, 0, 1];
  const dref = [0, 0, 0, 28, 0x64, 0x72, 0x65, 0x66, 0, 0, 0, 0, 0, 0, 0, 1];
  return raw("dinf", [...dref, ...url]);
}

function entryOf(track: TrackDescription): SampleEntry {
  if (track.kind === "video") {
    return {
      ...{ type: "avc1", dataReferenceIndex: 1, width: track.width, height: track.height },
      ...{ horizontalResolution: DPI_72, verticalResolution: DPI_72, frameCount: 1 },
      ...{ compressorName: "", depth: 24 },
      children: [
        { type: "raw", fourcc: "avcC", payload: track.config },
        // Square pixels, and the colours of Rec. ITU-R BT.709 in studio range (ISO/IEC 14496-12 12.1.4, 12.1.5).
        raw("pasp", [0, 0, 0, 1, 0, 0, 0, 1]),
        raw("colr", [0x6e, 0x63, 0x6c, 0x78, 0, 1, 0, 1, 0, 1, 0]),
      ],
    };
  }
  if (track.kind === "text") {
    const children = [{ type: "vttC", config: "WEBVTT" }] as const;
    return { type: "wvtt", dataReferenceIndex: 1, children };
  }
  const { sampleRate, channels } = readAudioConfig(track.config);
  const bits = track.kbps * 1000;
  return {
    ...{ type: "mp4a", dataReferenceIndex: 1, channels, sampleSize: 16, sampleRate },
    children: [
      {
        ...{
          type: "esds",
          lengthBytes: 1,
          esId: TRACK_ID,
          objectType: 0x40,
          streamType: AUDIO_STREAM,
        },
        ...{ bufferBytes: 0, maxBitrate: bits, averageBitrate: bits },
        // SLConfigDescriptor, predefined for MP4 files (ISO/IEC 14496-14 3.1.2).
        ...{ specificInfo: track.config, rest: Uint8Array.of(6, 1, 2) },
      },
    ],
  };
}

function raw(fourcc: string, payload: readonly number[]): RawBox {
  return { type: "raw", fourcc, payload: Uint8Array.from(payload) };
}
