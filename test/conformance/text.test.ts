// Text as strangers read it: mp4box and ffprobe the samples, ffmpeg the WebVTT.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { createFile, MP4BoxBuffer, type Sample } from "mp4box";
import { captionLanguages, captionsBetween } from "#broadcaster";
import { partStart, standardGrid } from "#media/grid";
import { FIRST, makeReel, Stage } from "./stage.ts";

const SEGMENTS = 3;
const [language] = captionLanguages as [(typeof captionLanguages)[number]];
const { rendition } = language;
const startMs = partStart(standardGrid, { segment: FIRST, part: 0 });
const said = captionsBetween(language, {
  fromMs: startMs,
  toMs: startMs + SEGMENTS * standardGrid.segmentMs,
});

let stage: Stage;
let whole: Buffer;

before(async () => {
  stage = await Stage.open(makeReel(SEGMENTS));
  await stage.speak();
  await stage.pushParts(6 * SEGMENTS);
  const [, init] = /initialization="(t-it\/[^"]+)"/.exec(await stage.text("/match/live.mpd")) ?? [];
  const objects = [init, ...[0, 1, 2].map((n) => `${rendition}/${FIRST + n}.m4s`)];
  const bodies = await Promise.all(objects.map((object) => stage.get(`/match/${object}`)));
  for (const { status } of bodies) assert.equal(status, 200);
  whole = Buffer.concat(bodies.map(({ body }) => body));
});
after(() => stage.close());

test("mp4box reads a text track of WebVTT whose samples cover the timeline and say what was said", () => {
  const file = createFile();
  const samples: Sample[] = [];
  file.onError = (module, message) => assert.fail(`${module}: ${message}`);
  file.onReady = ({ tracks: [track] }) => {
    assert.ok(track);
    assert.deepEqual([track.codec, track.timescale], ["wvtt", 1_000]);
    // mp4box keeps the zero at its end (ISO/IEC 14496-12 8.4.6).
    assert.equal(track.language.replace("\0", ""), "it");
    file.onSamples = (_id, _user, found) => void samples.push(...found);
    file.setExtractionOptions(track.id, null, { nbSamples: 1 });
    file.start();
  };
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(whole).buffer, 0), true);
  file.flush();
  let end: number = startMs;
  for (const { dts, duration, is_sync: isSync } of samples) {
    assert.deepEqual([dts, isSync], [end, true]);
    end += duration;
  }
  assert.equal(end, startMs + SEGMENTS * standardGrid.segmentMs);
  for (const { fromMs, toMs, caption } of said) {
    const during = samples.filter(({ dts }) => dts >= fromMs && dts < toMs);
    assert.ok(during.length > 0);
    for (const { data } of during) {
      const text = Buffer.from(data ?? []).toString();
      if (caption) assert.ok(text.includes(`payl${caption.text}`));
      else assert.equal(text, "\0\0\0\bvtte");
    }
  }
});

test("ffprobe finds one track of WebVTT in Italian, at the times of the grid", () => {
  const run = spawnSync(
    "ffprobe",
    ["-v", "error", "-of", "json", "-show_streams", "-show_packets", "-"],
    {
      input: whole,
      encoding: "utf8",
    },
  );
  assert.equal(run.stderr, "");
  const { streams, packets } = JSON.parse(run.stdout) as {
    streams: { codec_tag_string: string; tags: { language: string } }[];
    packets: { pts: number }[];
  };
  assert.deepEqual(
    streams.map(({ codec_tag_string: codec, tags }) => [codec, tags.language]),
    [["wvtt", "ita"]],
  );
  assert.equal(packets[0]?.pts, startMs);
  assert.ok(packets.length >= 6 * SEGMENTS);
});

test("ffmpeg reads the WebVTT of each segment, and in it what was said then", async () => {
  for (let n = 0; n < SEGMENTS; n += 1) {
    const input = await stage.text(`/match/${rendition}/${FIRST + n}.vtt`);
    const run = spawnSync("ffmpeg", ["-v", "error", "-f", "webvtt", "-i", "-", "-f", "srt", "-"], {
      input,
      encoding: "utf8",
    });
    assert.equal(run.stderr, "");
    const fromMs = startMs + n * standardGrid.segmentMs;
    const toMs = fromMs + standardGrid.segmentMs;
    for (const { caption } of captionsBetween(language, { fromMs, toMs }))
      if (caption) assert.ok(run.stdout.replaceAll("\r", "").includes(caption.text), run.stdout);
  }
});
