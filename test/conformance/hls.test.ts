// HLS as strangers read it (hls-parser), and as their users have complained of it: each complaint is a test.
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import hlsParser from "hls-parser";
import { readMediaPlaylist } from "#media/hls";
import { FIRST, makeReel, type Reel, renditions, Stage, until } from "./stage.ts";

/** More than a playlist lists. */
const SEGMENTS = 13;

let reel: Reel;
let stage: Stage;

before(async () => {
  hlsParser.setOptions({ strictMode: true });
  reel = makeReel(SEGMENTS);
  stage = await Stage.open(reel, {
    pathways: [
      { id: "isp-roma", url: "http://127.0.0.1:8092" },
      { id: "ixp-roma", url: "http://127.0.0.1:8091" },
    ],
    steering: { hls: "http://127.0.0.1:8082/steer/hls", dash: "http://127.0.0.1:8082/steer/dash" },
  });
  await stage.speak();
  await stage.pushParts(6 * (SEGMENTS - 2) + 2);
});
after(() => stage.close());

/** A stage of its own, at the beginning of the reel. */
async function opened(t: TestContext): Promise<Stage> {
  const another = await Stage.open(reel);
  t.after(() => another.close());
  return another;
}

const mediaPath = (rendition: string, query = ""): string => `/match/${rendition}.m3u8${query}`;

async function parsed(path: string): Promise<hlsParser.types.MediaPlaylist> {
  const playlist = hlsParser.parse(await stage.text(path));
  assert.ok(!playlist.isMasterPlaylist);
  return playlist;
}

test("hls-parser takes the multivariant playlist, every pathway of it", async () => {
  const playlist = hlsParser.parse(await stage.text("/match/main.m3u8"));
  assert.ok(playlist.isMasterPlaylist);
  const { variants } = playlist;
  assert.equal(variants.length, 4);
  for (const variant of variants) {
    assert.match(variant.codecs ?? "", /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/i);
    assert.equal(variant.frameRate, 25);
    assert.equal(variant.audio.length, 1);
    assert.deepEqual(
      variant.subtitles.map(({ type, language, isDefault, uri }) => [
        type,
        language,
        isDefault,
        uri?.replace(/.*\//, ""),
      ]),
      [
        ["SUBTITLES", "en", false, "t-en.m3u8"],
        ["SUBTITLES", "it", false, "t-it.m3u8"],
      ],
    );
    assert.ok((variant.averageBandwidth ?? 0) <= variant.bandwidth);
  }
});

test("hls-parser takes every media playlist, at every part of a segment, whole and as delta update", async () => {
  for (let part = 0; part < 6; part += 1) {
    for (const rendition of [...renditions, "t-it", "t-en"]) {
      const whole = await parsed(mediaPath(rendition));
      assert.equal(whole.lowLatencyCompatibility?.canBlockReload, true);
      assert.ok(whole.segments.length > 8);
      if (rendition.startsWith("t-")) continue;
      const delta = await parsed(mediaPath(rendition, "?_HLS_skip=YES"));
      assert.ok(delta.skip > 0);
    }
    await stage.pushPart();
  }
});

test("parts longer than PART-TARGET: none is, by the durations of the frames in it", async () => {
  const { partTarget, growing, segments } = await measured("v360");
  for (const { uri } of [...segments.flatMap(({ parts }) => parts), ...(growing?.parts ?? [])])
    assert.ok((await sampleSeconds(uri, 90_000)) <= partTarget + 1e-9, uri);
  const sound = await measured("a96");
  for (const { uri } of sound.segments.flatMap(({ parts }) => parts))
    assert.ok((await sampleSeconds(uri, 48_000)) <= sound.partTarget + 1e-9, uri);
});

test("an audio rendition or a language without parts stalls the feed: text has as many as the picture", async () => {
  const [video, ...texts] = await Promise.all(["v360", "t-it", "t-en"].map(measured));
  const shape = (playlist: typeof video) => [
    playlist?.mediaSequence,
    playlist?.targetDurationS,
    playlist?.segments.map(({ parts }) => parts.length),
    playlist?.growing?.parts.length,
  ];
  for (const text of texts) assert.deepEqual(shape(text), shape(video));
});

async function measured(rendition: string) {
  const playlist = readMediaPlaylist(await stage.text(mediaPath(rendition)));
  return { ...playlist, partTarget: playlist.partTargetMs / 1_000 };
}

/** What the frames of a part last, by its trun (ISO/IEC 14496-12 8.8.8) read here by hand, on purpose. */
async function sampleSeconds(uri: string, timescale: number): Promise<number> {
  const { body } = await stage.get(`/match/${uri}`);
  const bytes = Buffer.from(body);
  const tfhd = bytes.indexOf("tfhd");
  const trun = bytes.indexOf("trun");
  const flags = bytes.readUInt32BE(trun + 4) & 0xffffff;
  const count = bytes.readUInt32BE(trun + 8);
  const defaults = bytes.readUInt32BE(tfhd + 4) & 0xffffff;
  let at = trun + 12 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const offset = tfhd + 12 + (defaults & 1 ? 8 : 0) + (defaults & 2 ? 4 : 0);
  const usual = defaults & 8 ? bytes.readUInt32BE(offset) : 0;
  let ticks = 0;
  for (let sample = 0; sample < count; sample += 1, at += step)
    ticks += flags & 0x100 ? bytes.readUInt32BE(at) : usual;
  assert.ok(ticks > 0, `${uri} has no durations`);
  return ticks / timescale;
}

test("an audio rendition without parts stalls the feed: ours has as many as the picture", async () => {
  const [video, , audio] = await Promise.all(renditions.map((rendition) => measured(rendition)));
  const shape = (playlist: typeof video) => [
    playlist?.segments.map(({ parts }) => parts.length),
    playlist?.growing?.parts.length,
  ];
  assert.deepEqual(shape(audio), shape(video));
  assert.ok(audio?.segments.at(-1)?.parts.every(({ independent }) => independent));
});

test("a part is advertised before its bytes exist: never, and nor is a segment", async () => {
  for (const rendition of renditions) {
    const { segments, growing, map } = await measured(rendition);
    const parts = [...segments, ...(growing ? [growing] : [])].flatMap((segment) => segment.parts);
    const objects = [map ?? "", ...segments.map(({ uri }) => uri), ...parts.map(({ uri }) => uri)];
    for (const uri of objects) {
      const { status, body } = await stage.get(`/match/${uri}`);
      assert.equal(status, 200, uri);
      assert.ok(body.length > 100, uri);
    }
  }
});

test("stale parts after a restart: an origin that starts anew offers nothing until it has something", async (t) => {
  const restarted = await opened(t);
  const { status } = await restarted.get(mediaPath("v360"));
  assert.equal(status, 503);
});

test("TARGETDURATION changes, MSN differs between renditions: neither, over a segment and more", async (t) => {
  const another = await opened(t);
  const targets = new Set<number>();
  for (let part = 0; part < 8; part += 1) {
    await another.pushPart();
    const texts = await Promise.all(renditions.map((one) => another.text(mediaPath(one))));
    const playlists = texts.map(readMediaPlaylist);
    for (const { targetDurationS } of playlists) targets.add(targetDurationS);
    const numbered = playlists.map(({ mediaSequence, segments, growing }) =>
      JSON.stringify([mediaSequence, segments.map(({ startsAt }) => startsAt), growing?.startsAt]),
    );
    assert.equal(new Set(numbered).size, 1);
  }
  assert.deepEqual([...targets], [2]);
});

test("the server claims CAN-BLOCK-RELOAD but answers early: ours answers with the part asked for, and not before", async (t) => {
  const another = await opened(t);
  await another.pushParts(3);
  for (let round = 0; round < 6; round += 1) {
    const { segment, part } = another.next;
    let early = true;
    const answer = another
      .text(mediaPath("v144", `?_HLS_msn=${segment}&_HLS_part=${part}`))
      .then((text) => ({ text, early }));
    await another.text(mediaPath("v360")); // another exchange passes, and nothing comes
    early = false;
    await another.pushPart();
    const { text, early: wasEarly } = await answer;
    assert.equal(wasEarly, false);
    assert.ok(text.includes(`URI="v144/${segment}.${part}.m4s"`));
  }
});

test("the preload hint is the next part, and asking for it early is answered when it is there", async (t) => {
  const another = await opened(t);
  await another.pushParts(5);
  const { preloadHint } = readMediaPlaylist(await another.text(mediaPath("v360")));
  assert.equal(preloadHint, `v360/${FIRST}.5.m4s`);
  const hinted = another.get(`/match/${preloadHint}`);
  await another.pushPart();
  const { status, body } = await hinted;
  assert.equal(status, 200);
  assert.equal(
    Buffer.from(body)
      .toString("latin1", 4, 8)
      .match(/styp|prft|moof/)?.length,
    1,
  );
});

test("the HTTP server holds chunks back until the segment ends: ours sends each part when it is there", async (t) => {
  const another = await opened(t);
  await another.pushParts(1);
  const chunks: number[] = [];
  let ended = false;
  another.client.request(
    { method: "GET", url: `${another.url}/match/v360/${FIRST}.m4s` },
    {
      head: () => undefined,
      data: () => undefined,
      chunkEnd: (chunk) => chunks.push(chunk),
      end: () => (ended = true),
      fail: (error) => assert.fail(error),
    },
  );
  for (let part = 1; part <= 6; part += 1) {
    await until(() => chunks.length === part);
    if (part < 6) await another.pushPart();
  }
  await until(() => ended);
  assert.deepEqual(chunks, [0, 1, 2, 3, 4, 5]);
});
