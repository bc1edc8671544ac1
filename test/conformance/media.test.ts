// Parts, segments and headers as strangers read them: mp4box, ffprobe, ffmpeg's decoders.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { createFile, MP4BoxBuffer, type Sample } from "mp4box";
import { FIRST, makeReel, type RenditionName, renditions, Stage } from "./stage.ts";

let stage: Stage;
const headers = new Map<RenditionName, Uint8Array>();

before(async () => {
  stage = await Stage.open(makeReel(3));
  await stage.pushParts(14);
  for (const rendition of renditions) {
    const playlist = await stage.text(`/match/${rendition}.m3u8`);
    const [, uri] = /EXT-X-MAP:URI="([^"]+)"/.exec(playlist) ?? [];
    headers.set(rendition, (await stage.get(`/match/${uri}`)).body);
  }
});
after(() => stage.close());

const media = async (rendition: RenditionName, object: string): Promise<Buffer> => {
  const { status, body } = await stage.get(`/match/${rendition}/${object}.m4s`);
  assert.equal(status, 200);
  return Buffer.from(body);
};

/** The samples that mp4box finds behind a header. */
function samplesOf(rendition: RenditionName, bytes: Uint8Array): Sample[] {
  const file = createFile();
  const found: Sample[] = [];
  file.onError = (module, message) => assert.fail(`${module}: ${message}`);
  file.onReady = (info) => {
    const [track] = info.tracks;
    assert.ok(track);
    file.onSamples = (_id, _user, samples) => void found.push(...samples);
    file.setExtractionOptions(track.id, null, { nbSamples: 1 });
    file.start();
  };
  const whole = Buffer.concat([headers.get(rendition) ?? new Uint8Array(), bytes]);
  const copy = new Uint8Array(whole).buffer;
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy, 0), true);
  file.flush();
  return found;
}

const frames: Record<RenditionName, { count: number; ticks: number }> = {
  v360: { count: 8, ticks: 28_800 },
  v144: { count: 8, ticks: 28_800 },
  a96: { count: 15, ticks: 15_360 },
};

test("mp4box finds in each part the frames of 320 ms, at the time its name says", async () => {
  for (const rendition of renditions) {
    const { count, ticks } = frames[rendition];
    for (let part = 0; part < 6; part += 1) {
      const samples = samplesOf(rendition, await media(rendition, `${FIRST + 1}.${part}`));
      assert.equal(samples.length, count);
      assert.equal(samples[0]?.dts, ((FIRST + 1) * 6 + part) * ticks);
      const lasted = samples.reduce((sum, { duration }) => sum + duration, 0);
      assert.equal(lasted, ticks);
    }
  }
});

test("a segment is its parts, byte for byte, and mp4box finds all frames in it", async () => {
  for (const rendition of renditions) {
    const parts: Buffer[] = [];
    for (let part = 0; part < 6; part += 1) parts.push(await media(rendition, `${FIRST}.${part}`));
    const segment = await media(rendition, String(FIRST));
    assert.deepEqual(segment, Buffer.concat(parts));
    assert.equal(samplesOf(rendition, segment).length, frames[rendition].count * 6);
  }
});

test("a part that says INDEPENDENT begins with a frame that decodes alone", async () => {
  const playlist = await stage.text("/match/v360.m3u8");
  const independent = [...playlist.matchAll(/URI="v360\/(\d+\.\d)\.m4s",INDEPENDENT=YES/g)];
  assert.ok(independent.length >= 4, "two a segment");
  for (const [, object] of independent) {
    const [first] = samplesOf("v360", await media("v360", object as string));
    assert.equal(first?.is_sync, true, object);
  }
});

test("ffprobe describes header and segment without a complaint", async () => {
  for (const [rendition, codec] of [
    ["v360", "h264"],
    ["v144", "h264"],
    ["a96", "aac"],
  ] as const) {
    const input = Buffer.concat([
      headers.get(rendition) as Uint8Array,
      await media(rendition, String(FIRST + 1)),
    ]);
    const run = spawnSync(
      "ffprobe",
      ["-v", "warning", "-of", "json", "-show_streams", "-count_frames", "-"],
      { input, encoding: "utf8" },
    );
    assert.equal(run.stderr, "", rendition);
    const { streams } = JSON.parse(run.stdout) as {
      streams: { codec_name: string; nb_read_frames: string }[];
    };
    assert.deepEqual(
      streams.map((stream) => [stream.codec_name, Number(stream.nb_read_frames)]),
      [[codec, frames[rendition].count * 6]],
    );
  }
});

test("ffmpeg decodes what joins in the middle of a segment, at an independent part, without an error", async () => {
  const parts = [await media("v360", `${FIRST}.3`), await media("v360", `${FIRST}.4`)];
  const input = Buffer.concat([headers.get("v360") as Uint8Array, ...parts]);
  const decoded = execFileSync(
    "ffmpeg",
    ["-v", "error", "-xerror", "-i", "-", "-f", "rawvideo", "-pix_fmt", "gray", "-"],
    { input, maxBuffer: 1 << 26 },
  );
  assert.equal(decoded.length, 16 * 640 * 360);
});
