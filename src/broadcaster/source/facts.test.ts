import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { complaintOf, conversionOf, readFacts, type SourceFacts } from "./facts.ts";

const shape = { width: 1280, height: 720, fps: 50 };

function factsOf(lines: readonly string[]): SourceFacts {
  const facts: SourceFacts = { pictures: null, sound: null };
  for (const line of lines) readFacts(facts, line);
  return facts;
}

test("codec, size, rate and sound are read off what ffmpeg says while it opens a source", () => {
  const facts = factsOf([
    "Input #0, mpegts, from 'udp://127.0.0.1:5000':",
    "Stream #0:0[0x100]: Video: h264 (High) ([27][0][0][0] / 0x001B), yuv420p(tv, bt709, top first), 1920x1080 [SAR 1:1 DAR 16:9], 29.97 fps, 29.97 tbr, 90k tbn",
    "[info]   Stream #0:1[0x101](ita): Audio: mp2 ([3][0][0][0] / 0x0003), 44100 Hz, mono, fltp, 192 kb/s",
    "Stream #0:0: Video: rawvideo (I420 / 0x30323449), yuv420p, 1280x720, q=2-31, 552960 kb/s, 50 fps, 50 tbn",
    "Stream #0:1: Audio: pcm_s16le, 48000 Hz, stereo, s16, 1536 kb/s",
  ]);
  assert.deepEqual(facts, { pictures: "h264 1920x1080 29.97 fps", sound: "mp2, 44100 Hz, mono" });
  assert.equal(
    conversionOf(facts, shape),
    "scaled 1920x1080 to 1280x720, aspect kept; 29.97 to 50 fps; sound to 48000 Hz stereo; onto the grid",
  );
});

test("a source that fits is only put onto the grid, and missing sound is named", () => {
  const video = "Stream #0:0: Video: h264, yuv420p, 1280x720, 50 fps, 50 tbr";
  const audio = "Stream #0:1: Audio: aac (LC), 48000 Hz, stereo, fltp";
  assert.equal(conversionOf(factsOf([video, audio]), shape), "onto the grid");
  assert.equal(conversionOf(factsOf([video]), shape), "silence added; onto the grid");
  assert.equal(conversionOf(factsOf([]), shape), null);
});

test("complaints are told from chatter", () => {
  const refused = "[srt @ 0x55] [error] Connection to srt://host:9000 failed: Input/output error.";
  assert.equal(complaintOf(refused), "Connection to srt://host:9000 failed: Input/output error");
  assert.equal(complaintOf("[fatal] no such file"), "no such file");
  assert.equal(complaintOf("[info] frame= 256 fps= 22 speed=0.894x"), null);
  assert.equal(complaintOf("Press [q] to stop"), null);
});

test("any line at all is read or ignored", () => {
  const lines = fc.oneof(
    fc.string(),
    fc.string().map((rest) => `Stream #0:0: Video: ${rest}`),
    fc.string().map((rest) => `Stream #0:1: Audio: h264, ${rest}`),
  );
  fc.assert(
    fc.property(lines, (line) => {
      conversionOf(factsOf([line]), shape);
    }),
    { numRuns: 10_000, seed: 11 },
  );
});
