import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistaError } from "#base";
import {
  type AvcConfigurationBox,
  avcCodecString,
  type EsdsBox,
  mp4aCodecString,
  readAudioConfig,
} from "./index.ts";

const none = new Uint8Array(0);
const avc: AvcConfigurationBox = {
  type: "avcC",
  profile: 0x64,
  compatibility: 0,
  level: 0x1f,
  lengthSize: 4,
  sps: [],
  pps: [],
  extension: none,
};
const aac = (specificInfo: Uint8Array, objectType = 0x40): EsdsBox => ({
  type: "esds",
  lengthBytes: 1,
  esId: 1,
  objectType,
  streamType: 0x15,
  bufferBytes: 0,
  maxBitrate: 0,
  averageBitrate: 0,
  specificInfo,
  rest: none,
});

test("H.264 is named by profile, constraints and level", () => {
  assert.equal(avcCodecString("avc1", avc), "avc1.64001f");
  assert.equal(
    avcCodecString("avc3", { ...avc, profile: 0x42, compatibility: 0xc0 }),
    "avc3.42c01f",
  );
});

test("AAC is named by its audio object type, other sound by its object type alone", () => {
  assert.equal(mp4aCodecString(aac(Uint8Array.of(0x11, 0x90))), "mp4a.40.2");
  assert.equal(mp4aCodecString(aac(Uint8Array.of(0x2b, 0x92, 0x08, 0x00))), "mp4a.40.5");
  assert.equal(mp4aCodecString(aac(none, 0x69)), "mp4a.69");
});

test("an audio configuration tells rate and channels, also in its long forms", () => {
  assert.deepEqual(readAudioConfig(Uint8Array.of(0x11, 0x90)), {
    objectType: 2,
    sampleRate: 48_000,
    channels: 2,
  });
  // Object type 42 by escape (31, then 10), rate 44,100 written out, 7.1 channels (configuration 7).
  const rate = (44_100).toString(2).padStart(24, "0");
  const bits = `111110010101111${rate}0111`;
  const long = Uint8Array.from(bits.padEnd(48, "0").match(/.{8}/g) ?? [], (byte) =>
    Number.parseInt(byte, 2),
  );
  assert.deepEqual(readAudioConfig(long), { objectType: 42, sampleRate: 44_100, channels: 8 });
});

test("an audio configuration that is cut short or names no rate is refused", () => {
  for (const info of [none, Uint8Array.of(0x11), Uint8Array.of(0x16, 0x90)]) {
    assert.throws(
      () => readAudioConfig(info),
      (failure) => failure instanceof RegistaError && failure.code === "isobmff/malformed",
    );
  }
});
