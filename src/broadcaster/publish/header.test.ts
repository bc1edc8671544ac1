import assert from "node:assert/strict";
import { test } from "node:test";
import { readHeader } from "#media/cmaf";
import { writeHeader } from "./header.ts";

const avcConfig = Uint8Array.of(
  1,
  66,
  192,
  31,
  255,
  225,
  0,
  4,
  0x67,
  66,
  192,
  31,
  1,
  0,
  2,
  0x68,
  0xce,
);

test("a header says what the encoder said of its pictures", () => {
  const bytes = writeHeader({
    kind: "video",
    width: 854,
    height: 480,
    kbps: 1_400,
    config: avcConfig,
  });
  const track = readHeader(bytes);
  assert.equal(track.kind, "video");
  assert.equal(track.codec, "avc1.42c01f");
  assert.equal(track.timescale, 90_000);
  assert.deepEqual(track.kind === "video" && [track.width, track.height], [854, 480]);
});

test("a header says what the encoder said of its sound", () => {
  const config = Uint8Array.of(0x11, 0x90, 0x56, 0xe5, 0x00);
  const track = readHeader(writeHeader({ kind: "audio", kbps: 128, config }));
  assert.equal(track.kind, "audio");
  assert.equal(track.codec, "mp4a.40.2");
  assert.equal(track.timescale, 48_000);
  assert.deepEqual(track.kind === "audio" && [track.sampleRate, track.channels], [48_000, 2]);
});

test("a header of text says its language in both ways, and is of the brand that players look for", () => {
  const bytes = writeHeader({ kind: "text", language: { iso639: "ita", tag: "it" } });
  const { kind, codec, timescale, configuration, ...track } = readHeader(bytes);
  assert.deepEqual([kind, codec, timescale], ["text", "wvtt", 1_000]);
  assert.equal("language" in track && track.language, "it");
  assert.equal(new TextDecoder().decode(configuration), "WEBVTT");
  const latin = Buffer.from(bytes).toString("latin1");
  for (const word of ["cwvt", "nmhd", "text", "elng"]) assert.ok(latin.includes(word), word);
});

test("two encoders that say the same get the same header, byte for byte", () => {
  const one = writeHeader({ kind: "video", width: 640, height: 360, kbps: 700, config: avcConfig });
  const other = writeHeader({
    kind: "video",
    width: 640,
    height: 360,
    kbps: 700,
    config: Uint8Array.from(avcConfig),
  });
  assert.deepEqual(one, other);
});
