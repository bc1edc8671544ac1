// What ffmpeg writes, read and written again.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { findBox, findPath, prftMoments, readBoxes, utcOfNtp, writeBoxes } from "./index.ts";

const inputs = {
  video: ["-f", "lavfi", "-i", "testsrc2=size=64x36:rate=25,format=yuv420p"],
  audio: ["-f", "lavfi", "-i", "sine=sample_rate=48000"],
};
const codecs = {
  video: ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-video_track_timescale", "90000"],
  audio: ["-c:a", "aac", "-metadata:s:a:0", "language=ita"],
};
const flags = "+cmaf+frag_every_frame+empty_moov+default_base_moof+delay_moov";

function fragmented(kind: "video" | "audio"): Buffer {
  const output = ["-write_prft", "wallclock", "-f", "mp4", "-movflags", flags, "pipe:1"];
  const all = ["-nostdin", "-v", "error", ...inputs[kind], "-t", "0.6", ...codecs[kind], ...output];
  return execFileSync("ffmpeg", all, { timeout: 30_000, maxBuffer: 2 ** 24 });
}

for (const kind of ["video", "audio"] as const) {
  test(`ffmpeg's fragmented ${kind} survives reading and writing byte for byte`, () => {
    const file = fragmented(kind);
    const boxes = readBoxes(file);
    assert.ok(Buffer.from(writeBoxes(boxes)).equals(file));
    assert.ok(boxes.filter((box) => box.type === "moof").length >= 10);
  });

  test(`ffmpeg's ${kind} header and fragments are understood, not kept raw`, () => {
    const boxes = readBoxes(fragmented(kind));
    const media = findPath(boxes, "moov", "trak", "mdia");
    const header = findBox(media, "mdhd");
    assert.equal(header?.timescale, kind === "video" ? 90_000 : 48_000);
    assert.equal(header?.language, kind === "video" ? "und" : "ita");
    const [entry] = findBox(findPath(media, "minf", "stbl"), "stsd")?.entries ?? [];
    assert.equal(entry?.type, kind === "video" ? "avc1" : "mp4a");
    const track = findPath(boxes, "moof", "traf");
    assert.equal(findBox(track, "tfhd")?.defaultBaseIsMoof, true);
    assert.equal(findBox(track, "tfdt")?.version, 1);
    assert.equal(findBox(track, "trun")?.sampleCount, 1);
    const reference = findBox(boxes, "prft");
    assert.equal(reference?.flags, prftMoments.captured);
    assert.ok(reference && utcOfNtp(reference.ntp) > 1_700_000_000_000);
  });
}
