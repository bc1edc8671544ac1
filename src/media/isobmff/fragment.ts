// The boxes of a movie fragment: mfhd, tfhd, tfdt, trun.
import { SAMPLES_LIMIT } from "./limits.ts";
import type { ByteReader } from "./reader.ts";
import type { ByteWriter } from "./writer.ts";

/** MovieFragmentHeaderBox, ISO/IEC 14496-12 8.8.5. */
export interface MovieFragmentHeaderBox {
  readonly type: "mfhd";
  readonly sequence: number;
}

export function readMovieFragmentHeader(reader: ByteReader): MovieFragmentHeaderBox {
  reader.full(0);
  return { type: "mfhd", sequence: reader.u32() };
}

export function writeMovieFragmentHeader(writer: ByteWriter, box: MovieFragmentHeaderBox): void {
  writer.fullBox("mfhd", { version: 0, flags: 0 }, () => writer.u32(box.sequence));
}

/** TrackFragmentHeaderBox, ISO/IEC 14496-12 8.8.7. A field that is null is not in the box: the track's default holds. */
export interface TrackFragmentHeaderBox {
  readonly type: "tfhd";
  readonly trackId: number;
  readonly baseDataOffset: number | null;
  readonly sampleDescriptionIndex: number | null;
  readonly sampleDuration: number | null;
  readonly sampleSize: number | null;
  readonly sampleFlags: number | null;
  readonly durationIsEmpty: boolean;
  readonly defaultBaseIsMoof: boolean;
}

const DURATION_IS_EMPTY = 0x01_0000;
const DEFAULT_BASE_IS_MOOF = 0x02_0000;

export function readTrackFragmentHeader(reader: ByteReader): TrackFragmentHeaderBox {
  const { flags } = reader.full(0);
  const trackId = reader.u32();
  const optional = (bit: number): number | null => (flags & bit ? reader.u32() : null);
  return {
    type: "tfhd",
    trackId,
    baseDataOffset: flags & 0x01 ? reader.u64() : null,
    sampleDescriptionIndex: optional(0x02),
    sampleDuration: optional(0x08),
    sampleSize: optional(0x10),
    sampleFlags: optional(0x20),
    durationIsEmpty: (flags & DURATION_IS_EMPTY) !== 0,
    defaultBaseIsMoof: (flags & DEFAULT_BASE_IS_MOOF) !== 0,
  };
}

export function writeTrackFragmentHeader(writer: ByteWriter, box: TrackFragmentHeaderBox): void {
  const bit = (field: number | null, flag: number): number => (field === null ? 0 : flag);
  const flags =
    bit(box.baseDataOffset, 0x01) |
    bit(box.sampleDescriptionIndex, 0x02) |
    bit(box.sampleDuration, 0x08) |
    bit(box.sampleSize, 0x10) |
    bit(box.sampleFlags, 0x20) |
    (box.durationIsEmpty ? DURATION_IS_EMPTY : 0) |
    (box.defaultBaseIsMoof ? DEFAULT_BASE_IS_MOOF : 0);
  writer.fullBox("tfhd", { version: 0, flags }, () => {
    writer.u32(box.trackId);
    if (box.baseDataOffset !== null) writer.i64(box.baseDataOffset);
    if (box.sampleDescriptionIndex !== null) writer.u32(box.sampleDescriptionIndex);
    if (box.sampleDuration !== null) writer.u32(box.sampleDuration);
    if (box.sampleSize !== null) writer.u32(box.sampleSize);
    if (box.sampleFlags !== null) writer.u32(box.sampleFlags);
  });
}

/** TrackFragmentBaseMediaDecodeTimeBox, ISO/IEC 14496-12 8.8.12. */
export interface TrackFragmentDecodeTimeBox {
  readonly type: "tfdt";
  /** 0: 32 bits, 1: 64 bits. */
  readonly version: number;
  /** Ticks of the track's timescale. */
  readonly decodeTime: number;
}

export function readTrackFragmentDecodeTime(reader: ByteReader): TrackFragmentDecodeTimeBox {
  const { version } = reader.full(1);
  return { type: "tfdt", version, decodeTime: version === 0 ? reader.u32() : reader.u64() };
}

export function writeTrackFragmentDecodeTime(
  writer: ByteWriter,
  box: TrackFragmentDecodeTimeBox,
): void {
  writer.fullBox("tfdt", { version: box.version, flags: 0 }, () => {
    if (box.version === 0) writer.u32(box.decodeTime);
    else writer.i64(box.decodeTime);
  });
}

/**
 * TrackRunBox, ISO/IEC 14496-12 8.8.8. Columns have one entry a sample; a column that is null is not in the box: the
 * fragment's or the track's default holds.
 */
export interface TrackRunBox {
  readonly type: "trun";
  /** 0: composition offsets are unsigned, 1: signed. */
  readonly version: number;
  readonly sampleCount: number;
  /** From the base data offset to the first sample, bytes. */
  readonly dataOffset: number | null;
  readonly firstSampleFlags: number | null;
  readonly durations: readonly number[] | null;
  readonly sizes: readonly number[] | null;
  readonly flags: readonly number[] | null;
  readonly compositionOffsets: readonly number[] | null;
}

export function readTrackRun(reader: ByteReader): TrackRunBox {
  const { version, flags } = reader.full(1);
  const sampleCount = reader.u32();
  if (sampleCount > SAMPLES_LIMIT) throw reader.malformed(`it names ${sampleCount} samples`);
  const dataOffset = flags & 0x01 ? reader.i32() : null;
  const firstSampleFlags = flags & 0x04 ? reader.u32() : null;
  const column = (bit: number): number[] | null => (flags & bit ? [] : null);
  const durations = column(0x100);
  const sizes = column(0x200);
  const sampleFlags = column(0x400);
  const compositionOffsets = column(0x800);
  for (let sample = 0; sample < sampleCount; sample += 1) {
    durations?.push(reader.u32());
    sizes?.push(reader.u32());
    sampleFlags?.push(reader.u32());
    compositionOffsets?.push(version === 0 ? reader.u32() : reader.i32());
  }
  const head = { version, sampleCount, dataOffset, firstSampleFlags };
  return { type: "trun", ...head, durations, sizes, flags: sampleFlags, compositionOffsets };
}

export function writeTrackRun(writer: ByteWriter, box: TrackRunBox): void {
  const flags =
    (box.dataOffset === null ? 0 : 0x01) |
    (box.firstSampleFlags === null ? 0 : 0x04) |
    (box.durations ? 0x100 : 0) |
    (box.sizes ? 0x200 : 0) |
    (box.flags ? 0x400 : 0) |
    (box.compositionOffsets ? 0x800 : 0);
  writer.fullBox("trun", { version: box.version, flags }, () => {
    writer.u32(box.sampleCount);
    if (box.dataOffset !== null) writer.i32(box.dataOffset);
    if (box.firstSampleFlags !== null) writer.u32(box.firstSampleFlags);
    for (let sample = 0; sample < box.sampleCount; sample += 1) {
      if (box.durations) writer.u32(box.durations[sample] ?? 0);
      if (box.sizes) writer.u32(box.sizes[sample] ?? 0);
      if (box.flags) writer.u32(box.flags[sample] ?? 0);
      if (box.compositionOffsets) writer.i32(box.compositionOffsets[sample] ?? 0);
    }
  });
}
