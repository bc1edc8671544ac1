// How an MPEG-4 audio stream is set up: descriptors within descriptors.
import type { RegistaError } from "#base";
import { isobmffErrors } from "./errors.ts";
import { ByteReader } from "./reader.ts";
import { ByteWriter } from "./writer.ts";

const ES_DESCRIPTOR = 3;
const DECODER_CONFIG_DESCRIPTOR = 4;
const DECODER_SPECIFIC_INFO = 5;

/** ESDBox, ISO/IEC 14496-14 5.6.1, with the descriptors of ISO/IEC 14496-1 7.2.6.5 and 7.2.6.6. */
export interface EsdsBox {
  readonly type: "esds";
  /** Bytes that each descriptor's length takes, 1 to 4: writers differ. */
  readonly lengthBytes: number;
  readonly esId: number;
  /** 0x40 is MPEG-4 audio. */
  readonly objectType: number;
  /** Stream type and its flags, as stored. */
  readonly streamType: number;
  readonly bufferBytes: number;
  /** Bits per second. */
  readonly maxBitrate: number;
  readonly averageBitrate: number;
  /** For MPEG-4 audio the AudioSpecificConfig, ISO/IEC 14496-3 1.6.2.1. */
  readonly specificInfo: Uint8Array;
  /** Descriptors after these, as they came. */
  readonly rest: Uint8Array;
}

interface Descriptor {
  readonly tag: number;
  readonly lengthBytes: number;
  readonly body: ByteReader;
}

function readDescriptor(reader: ByteReader, tag: number): Descriptor {
  const found = reader.u8();
  if (found !== tag) throw reader.malformed(`descriptor ${found} stands where ${tag} should`);
  let length = 0;
  for (let lengthBytes = 1; lengthBytes <= 4; lengthBytes += 1) {
    const byte = reader.u8();
    length = length * 128 + (byte & 0x7f);
    if (byte < 0x80) return { tag, lengthBytes, body: new ByteReader(reader.take(length), "esds") };
  }
  throw reader.malformed("the length of a descriptor takes more than four bytes");
}

export function readEsds(reader: ByteReader): EsdsBox {
  reader.full(0);
  const { body: stream, lengthBytes } = readDescriptor(reader, ES_DESCRIPTOR);
  reader.end();
  const esId = stream.u16();
  if ((stream.u8() & 0xe0) !== 0) throw reader.malformed("the stream depends on another");
  const { body: config } = readDescriptor(stream, DECODER_CONFIG_DESCRIPTOR);
  const rest = stream.rest();
  const objectType = config.u8();
  const streamType = config.u8();
  const bufferBytes = config.u24();
  const maxBitrate = config.u32();
  const averageBitrate = config.u32();
  const specificInfo = readDescriptor(config, DECODER_SPECIFIC_INFO).body.rest();
  config.end();
  const rates = { bufferBytes, maxBitrate, averageBitrate };
  return { type: "esds", lengthBytes, esId, objectType, streamType, ...rates, specificInfo, rest };
}

function writeDescriptor(
  writer: ByteWriter,
  tag: number,
  body: Uint8Array,
  lengthBytes: number,
): void {
  writer.u8(tag);
  for (let index = lengthBytes - 1; index >= 0; index -= 1) {
    writer.u8(((body.length >>> (7 * index)) & 0x7f) | (index > 0 ? 0x80 : 0));
  }
  writer.bytes(body);
}

export function writeEsds(writer: ByteWriter, box: EsdsBox): void {
  const length = (body: Uint8Array): number => Math.max(box.lengthBytes, body.length < 128 ? 1 : 2);
  const config = new ByteWriter();
  config.u8(box.objectType);
  config.u8(box.streamType);
  config.u24(box.bufferBytes);
  config.u32(box.maxBitrate);
  config.u32(box.averageBitrate);
  writeDescriptor(config, DECODER_SPECIFIC_INFO, box.specificInfo, length(box.specificInfo));
  const stream = new ByteWriter();
  stream.u16(box.esId);
  stream.u8(0);
  const configBytes = config.finish();
  writeDescriptor(stream, DECODER_CONFIG_DESCRIPTOR, configBytes, length(configBytes));
  stream.bytes(box.rest);
  const streamBytes = stream.finish();
  writer.fullBox("esds", { version: 0, flags: 0 }, () => {
    writeDescriptor(writer, ES_DESCRIPTOR, streamBytes, length(streamBytes));
  });
}

/** The head of an AudioSpecificConfig, ISO/IEC 14496-3 1.6.2.1. */
export interface AudioConfig {
  /** 2 is AAC-LC. */
  readonly objectType: number;
  /** Hz. */
  readonly sampleRate: number;
  /** 0: told inside the stream. */
  readonly channels: number;
}

const sampleRates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
  7_350,
];

/** @throws isobmff/malformed when it is cut short or names no rate. */
export function readAudioConfig(info: Uint8Array): AudioConfig {
  let at = 0;
  const bits = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index += 1, at += 1) {
      const byte = info[at >> 3];
      if (byte === undefined) throw malformedConfig("it is cut short");
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1);
    }
    return value;
  };
  const short = bits(5);
  const objectType = short === 31 ? 32 + bits(6) : short;
  const index = bits(4);
  const sampleRate = index === 15 ? bits(24) : sampleRates[index];
  if (!sampleRate) throw malformedConfig("it names no sample rate");
  const configuration = bits(4);
  return { objectType, sampleRate, channels: configuration === 7 ? 8 : configuration };
}

const malformedConfig = (problem: string): RegistaError =>
  isobmffErrors.make("malformed", { box: "esds", problem: `AudioSpecificConfig: ${problem}` });
