// The boxes of a movie and its tracks that carry numbers: mvhd, trex, tkhd, mdhd, hdlr.
import type { ByteReader } from "./reader.ts";
import type { ByteWriter } from "./writer.ts";

/** A transformation of the picture: nine numbers as they are stored, 16.16 and 2.30 fixed point. */
export type Matrix = readonly number[];

/** MovieHeaderBox, ISO/IEC 14496-12 8.2.2. Times in seconds since 1904, duration in ticks (Infinity: unknown). */
export interface MovieHeaderBox {
  readonly type: "mvhd";
  readonly version: number;
  readonly creationTime: number;
  readonly modificationTime: number;
  readonly timescale: number;
  readonly duration: number;
  /** 16.16 fixed point, as stored. */
  readonly rate: number;
  /** 8.8 fixed point, as stored. */
  readonly volume: number;
  readonly matrix: Matrix;
  readonly nextTrackId: number;
}

const readTime = (reader: ByteReader, version: number): number =>
  version === 0 ? reader.u32() : reader.u64();

const writeTime = (writer: ByteWriter, version: number, value: number): void =>
  version === 0 ? writer.u32(value) : writer.i64(value);

const readMatrix = (reader: ByteReader): Matrix => Array.from({ length: 9 }, () => reader.i32());

export function readMovieHeader(reader: ByteReader): MovieHeaderBox {
  const { version } = reader.full(1);
  const creationTime = readTime(reader, version);
  const modificationTime = readTime(reader, version);
  const timescale = reader.u32();
  const duration = reader.duration(version);
  const rate = reader.u32();
  const volume = reader.u16();
  reader.skip(10);
  const matrix = readMatrix(reader);
  reader.skip(24);
  const nextTrackId = reader.u32();
  const times = { creationTime, modificationTime, timescale, duration };
  return { type: "mvhd", version, ...times, rate, volume, matrix, nextTrackId };
}

export function writeMovieHeader(writer: ByteWriter, box: MovieHeaderBox): void {
  writer.fullBox("mvhd", { version: box.version, flags: 0 }, () => {
    writeTime(writer, box.version, box.creationTime);
    writeTime(writer, box.version, box.modificationTime);
    writer.u32(box.timescale);
    writer.duration(box.version, box.duration);
    writer.u32(box.rate);
    writer.u16(box.volume);
    writer.zeros(10);
    for (const value of box.matrix) writer.i32(value);
    writer.zeros(24);
    writer.u32(box.nextTrackId);
  });
}

/** TrackExtendsBox, ISO/IEC 14496-12 8.8.3: what samples of fragments have unless they say otherwise. */
export interface TrackExtendsBox {
  readonly type: "trex";
  readonly trackId: number;
  readonly sampleDescriptionIndex: number;
  readonly sampleDuration: number;
  readonly sampleSize: number;
  readonly sampleFlags: number;
}

export function readTrackExtends(reader: ByteReader): TrackExtendsBox {
  reader.full(0);
  const trackId = reader.u32();
  const sampleDescriptionIndex = reader.u32();
  const sampleDuration = reader.u32();
  const sampleSize = reader.u32();
  const sampleFlags = reader.u32();
  return { type: "trex", trackId, sampleDescriptionIndex, sampleDuration, sampleSize, sampleFlags };
}

export function writeTrackExtends(writer: ByteWriter, box: TrackExtendsBox): void {
  writer.fullBox("trex", { version: 0, flags: 0 }, () => {
    writer.u32(box.trackId);
    writer.u32(box.sampleDescriptionIndex);
    writer.u32(box.sampleDuration);
    writer.u32(box.sampleSize);
    writer.u32(box.sampleFlags);
  });
}

/** TrackHeaderBox, ISO/IEC 14496-12 8.3.2. */
export interface TrackHeaderBox {
  readonly type: "tkhd";
  readonly version: number;
  /** 1: enabled, 2: in the movie, 4: in the preview. */
  readonly flags: number;
  readonly creationTime: number;
  readonly modificationTime: number;
  readonly trackId: number;
  readonly duration: number;
  readonly layer: number;
  readonly alternateGroup: number;
  /** 8.8 fixed point, as stored. */
  readonly volume: number;
  readonly matrix: Matrix;
  /** Pixels as shown; 16.16 fixed point in the box. */
  readonly width: number;
  readonly height: number;
}

export function readTrackHeader(reader: ByteReader): TrackHeaderBox {
  const { version, flags } = reader.full(1);
  const creationTime = readTime(reader, version);
  const modificationTime = readTime(reader, version);
  const trackId = reader.u32();
  reader.skip(4);
  const duration = reader.duration(version);
  reader.skip(8);
  const layer = reader.u16();
  const alternateGroup = reader.u16();
  const volume = reader.u16();
  reader.skip(2);
  const matrix = readMatrix(reader);
  const width = reader.u32() / 65_536;
  const height = reader.u32() / 65_536;
  const times = { creationTime, modificationTime, trackId, duration };
  const shown = { layer, alternateGroup, volume, matrix, width, height };
  return { type: "tkhd", version, flags, ...times, ...shown };
}

export function writeTrackHeader(writer: ByteWriter, box: TrackHeaderBox): void {
  writer.fullBox("tkhd", box, () => {
    writeTime(writer, box.version, box.creationTime);
    writeTime(writer, box.version, box.modificationTime);
    writer.u32(box.trackId);
    writer.zeros(4);
    writer.duration(box.version, box.duration);
    writer.zeros(8);
    writer.u16(box.layer);
    writer.u16(box.alternateGroup);
    writer.u16(box.volume);
    writer.zeros(2);
    for (const value of box.matrix) writer.i32(value);
    writer.u32(box.width * 65_536);
    writer.u32(box.height * 65_536);
  });
}

/** MediaHeaderBox, ISO/IEC 14496-12 8.4.2. */
export interface MediaHeaderBox {
  readonly type: "mdhd";
  readonly version: number;
  readonly creationTime: number;
  readonly modificationTime: number;
  readonly timescale: number;
  readonly duration: number;
  /** ISO 639-2/T, three letters; `und` when undetermined. */
  readonly language: string;
}

export function readMediaHeader(reader: ByteReader): MediaHeaderBox {
  const { version } = reader.full(1);
  const creationTime = readTime(reader, version);
  const modificationTime = readTime(reader, version);
  const timescale = reader.u32();
  const duration = reader.duration(version);
  const packed = reader.u16();
  const letter = (shift: number): number => ((packed >> shift) & 0x1f) + 0x60;
  const language = String.fromCharCode(letter(10), letter(5), letter(0));
  reader.skip(2);
  const times = { creationTime, modificationTime, timescale, duration };
  return { type: "mdhd", version, ...times, language };
}

export function writeMediaHeader(writer: ByteWriter, box: MediaHeaderBox): void {
  writer.fullBox("mdhd", { version: box.version, flags: 0 }, () => {
    writeTime(writer, box.version, box.creationTime);
    writeTime(writer, box.version, box.modificationTime);
    writer.u32(box.timescale);
    writer.duration(box.version, box.duration);
    const letter = (index: number): number => (box.language.charCodeAt(index) - 0x60) & 0x1f;
    writer.u16((letter(0) << 10) | (letter(1) << 5) | letter(2));
    writer.zeros(2);
  });
}

/** HandlerBox, ISO/IEC 14496-12 8.4.3: what kind of media a track carries. */
export interface HandlerBox {
  readonly type: "hdlr";
  /** `vide`, `soun`, `text`, … */
  readonly handler: string;
  /** The bytes of its name, usually UTF-8 with a zero at its end. */
  readonly name: Uint8Array;
}

export function readHandler(reader: ByteReader): HandlerBox {
  reader.full(0);
  reader.skip(4);
  const handler = reader.fourcc();
  reader.skip(12);
  return { type: "hdlr", handler, name: reader.rest() };
}

export function writeHandler(writer: ByteWriter, box: HandlerBox): void {
  writer.fullBox("hdlr", { version: 0, flags: 0 }, () => {
    writer.zeros(4);
    writer.latin1(box.handler);
    writer.zeros(12);
    writer.bytes(box.name);
  });
}
