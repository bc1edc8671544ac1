// How an H.264 stream is set up.
import type { ByteReader } from "./reader.ts";
import type { ByteWriter } from "./writer.ts";

/** AVCConfigurationBox, ISO/IEC 14496-15 5.3.3.1 and 5.4.2.1. Parameter sets are NAL units without their length. */
export interface AvcConfigurationBox {
  readonly type: "avcC";
  readonly profile: number;
  readonly compatibility: number;
  readonly level: number;
  /** Bytes of the length before each NAL unit: 1, 2 or 4. */
  readonly lengthSize: number;
  readonly sps: readonly Uint8Array[];
  readonly pps: readonly Uint8Array[];
  /** What follows for the high profiles (chroma format, bit depths), as it came. */
  readonly extension: Uint8Array;
}

function readSets(reader: ByteReader, count: number): Uint8Array[] {
  const sets: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) sets.push(reader.take(reader.u16()));
  return sets;
}

export function readAvcConfiguration(reader: ByteReader): AvcConfigurationBox {
  const version = reader.u8();
  if (version !== 1) throw reader.malformed(`configuration version ${version} is unknown`);
  const profile = reader.u8();
  const compatibility = reader.u8();
  const level = reader.u8();
  const lengthSize = (reader.u8() & 3) + 1;
  const sps = readSets(reader, reader.u8() & 0x1f);
  const pps = readSets(reader, reader.u8());
  const extension = reader.rest();
  return { type: "avcC", profile, compatibility, level, lengthSize, sps, pps, extension };
}

export function writeAvcConfiguration(writer: ByteWriter, box: AvcConfigurationBox): void {
  const writeSets = (sets: readonly Uint8Array[]): void => {
    for (const set of sets) {
      writer.u16(set.length);
      writer.bytes(set);
    }
  };
  writer.box("avcC", () => {
    writer.u8(1);
    writer.u8(box.profile);
    writer.u8(box.compatibility);
    writer.u8(box.level);
    writer.u8(0xfc | (box.lengthSize - 1));
    writer.u8(0xe0 | box.sps.length);
    writeSets(box.sps);
    writer.u8(box.pps.length);
    writeSets(box.pps);
    writer.bytes(box.extension);
  });
}
