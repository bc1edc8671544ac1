// What the samples of a track are coded in.
import { type AvcConfigurationBox, readAvcConfiguration, writeAvcConfiguration } from "./avcc.ts";
import { type EsdsBox, readEsds, writeEsds } from "./esds.ts";
import { type FramedBox, readFrames } from "./framing.ts";
import { type RawBox, rawBox, writeRawBox } from "./raw.ts";
import { ByteReader, latin1 } from "./reader.ts";
import {
  readWebvttConfiguration,
  type WebvttConfigurationBox,
  writeWebvttConfiguration,
} from "./webvtt.ts";
import type { ByteWriter } from "./writer.ts";

/** A box in a sample entry; colr, pasp and btrt stay raw. */
export type SampleEntryChild = AvcConfigurationBox | EsdsBox | RawBox | WebvttConfigurationBox;

/** AVCSampleEntry, ISO/IEC 14496-15 5.4.2.1, on VisualSampleEntry, ISO/IEC 14496-12 12.1.3. */
export interface AvcSampleEntry {
  /** `avc3` has its parameter sets in the samples too. */
  readonly type: "avc1" | "avc3";
  readonly dataReferenceIndex: number;
  /** Pixels as coded. */
  readonly width: number;
  readonly height: number;
  /** Dots per inch, 16.16 fixed point, as stored. */
  readonly horizontalResolution: number;
  readonly verticalResolution: number;
  readonly frameCount: number;
  /** 31 characters at most. */
  readonly compressorName: string;
  readonly depth: number;
  readonly children: readonly SampleEntryChild[];
}

/** MP4AudioSampleEntry, ISO/IEC 14496-14 5.6.1, on AudioSampleEntry, ISO/IEC 14496-12 12.2.3. */
export interface Mp4AudioSampleEntry {
  readonly type: "mp4a";
  readonly dataReferenceIndex: number;
  readonly channels: number;
  /** Bits of a sample before coding. */
  readonly sampleSize: number;
  /** Hz; 16.16 fixed point in the box. */
  readonly sampleRate: number;
  readonly children: readonly SampleEntryChild[];
}

/** WVTTSampleEntry, ISO/IEC 14496-30, on PlainTextSampleEntry, ISO/IEC 14496-12 12.5.3. */
export interface WebvttSampleEntry {
  readonly type: "wvtt";
  readonly dataReferenceIndex: number;
  readonly children: readonly SampleEntryChild[];
}

export type SampleEntry = AvcSampleEntry | Mp4AudioSampleEntry | RawBox | WebvttSampleEntry;

/** SampleDescriptionBox, ISO/IEC 14496-12 8.5.2. */
export interface SampleDescriptionBox {
  readonly type: "stsd";
  readonly entries: readonly SampleEntry[];
}

function readChild(frame: FramedBox): SampleEntryChild {
  const reader = new ByteReader(frame.payload, frame.fourcc);
  if (frame.fourcc === "avcC") return readAvcConfiguration(reader);
  if (frame.fourcc === "esds") return readEsds(reader);
  if (frame.fourcc === "vttC") return readWebvttConfiguration(reader);
  return rawBox(frame);
}

function writeChild(writer: ByteWriter, child: SampleEntryChild): void {
  if (child.type === "avcC") writeAvcConfiguration(writer, child);
  else if (child.type === "esds") writeEsds(writer, child);
  else if (child.type === "vttC") writeWebvttConfiguration(writer, child);
  else writeRawBox(writer, child);
}

function readAvcEntry(type: "avc1" | "avc3", reader: ByteReader): AvcSampleEntry {
  reader.skip(6);
  const dataReferenceIndex = reader.u16();
  reader.skip(16);
  const width = reader.u16();
  const height = reader.u16();
  const horizontalResolution = reader.u32();
  const verticalResolution = reader.u32();
  reader.skip(4);
  const frameCount = reader.u16();
  const nameLength = reader.u8();
  if (nameLength > 31) throw reader.malformed("the compressor's name is longer than 31 bytes");
  const compressorName = latin1(reader.take(31).subarray(0, nameLength));
  const depth = reader.u16();
  reader.skip(2);
  const children = readFrames(reader.rest(), type).map(readChild);
  const picture = { width, height, horizontalResolution, verticalResolution, frameCount };
  return { type, dataReferenceIndex, ...picture, compressorName, depth, children };
}

function writeAvcEntry(writer: ByteWriter, entry: AvcSampleEntry): void {
  writer.box(entry.type, () => {
    writer.zeros(6);
    writer.u16(entry.dataReferenceIndex);
    writer.zeros(16);
    writer.u16(entry.width);
    writer.u16(entry.height);
    writer.u32(entry.horizontalResolution);
    writer.u32(entry.verticalResolution);
    writer.zeros(4);
    writer.u16(entry.frameCount);
    writer.u8(entry.compressorName.length);
    writer.latin1(entry.compressorName);
    writer.zeros(31 - entry.compressorName.length);
    writer.u16(entry.depth);
    writer.u16(0xffff);
    for (const child of entry.children) writeChild(writer, child);
  });
}

function readAudioEntry(reader: ByteReader): Mp4AudioSampleEntry {
  reader.skip(6);
  const dataReferenceIndex = reader.u16();
  if (reader.u16() !== 0) throw reader.malformed("it is a QuickTime sound description");
  reader.skip(6);
  const channels = reader.u16();
  const sampleSize = reader.u16();
  reader.skip(4);
  const sampleRate = reader.u32() / 65_536;
  const children = readFrames(reader.rest(), "mp4a").map(readChild);
  return { type: "mp4a", dataReferenceIndex, channels, sampleSize, sampleRate, children };
}

function writeAudioEntry(writer: ByteWriter, entry: Mp4AudioSampleEntry): void {
  writer.box("mp4a", () => {
    writer.zeros(6);
    writer.u16(entry.dataReferenceIndex);
    writer.zeros(8);
    writer.u16(entry.channels);
    writer.u16(entry.sampleSize);
    writer.zeros(4);
    writer.u32(entry.sampleRate * 65_536);
    for (const child of entry.children) writeChild(writer, child);
  });
}

function readTextEntry(reader: ByteReader): WebvttSampleEntry {
  reader.skip(6);
  const dataReferenceIndex = reader.u16();
  const children = readFrames(reader.rest(), "wvtt").map(readChild);
  return { type: "wvtt", dataReferenceIndex, children };
}

function writeTextEntry(writer: ByteWriter, entry: WebvttSampleEntry): void {
  writer.box("wvtt", () => {
    writer.zeros(6);
    writer.u16(entry.dataReferenceIndex);
    for (const child of entry.children) writeChild(writer, child);
  });
}

function readEntry(frame: FramedBox): SampleEntry {
  const reader = new ByteReader(frame.payload, frame.fourcc);
  if (frame.fourcc === "avc1" || frame.fourcc === "avc3") return readAvcEntry(frame.fourcc, reader);
  if (frame.fourcc === "mp4a") return readAudioEntry(reader);
  if (frame.fourcc === "wvtt") return readTextEntry(reader);
  return rawBox(frame);
}

export function readSampleDescription(reader: ByteReader): SampleDescriptionBox {
  reader.full(0);
  const count = reader.u32();
  const frames = readFrames(reader.rest(), "stsd");
  if (frames.length !== count)
    throw reader.malformed(`${frames.length} entries, ${count} announced`);
  return { type: "stsd", entries: frames.map(readEntry) };
}

export function writeSampleDescription(writer: ByteWriter, box: SampleDescriptionBox): void {
  writer.fullBox("stsd", { version: 0, flags: 0 }, () => {
    writer.u32(box.entries.length);
    for (const entry of box.entries) {
      if (entry.type === "mp4a") writeAudioEntry(writer, entry);
      else if (entry.type === "wvtt") writeTextEntry(writer, entry);
      else if (entry.type === "raw") writeRawBox(writer, entry);
      else writeAvcEntry(writer, entry);
    }
  });
}
