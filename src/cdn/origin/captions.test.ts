// Text as players find it: in the ladder, in playlists, as WebVTT.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { SYNC_FLAGS, writeFragment } from "#media/cmaf";
import { readMpd } from "#media/dash";
import { partStart, partStartTicks, standardGrid } from "#media/grid";
import { MPEG_TS_MODULUS, readMediaPlaylist, readWebvtt } from "#media/hls";
import { type TextCue, writeTextSample } from "#media/isobmff";
import { SETTLE_MS } from "./limits.ts";
import { FIRST, originFixture, type OriginFixture } from "./originFixture.ts";

const TIMESCALE = 1_000;
const cue = (text: string, id: string | null = "7"): TextCue => ({
  ...{ sourceId: id === null ? null : 7, id, settings: null, text },
});

/** A stretch of a part: how long it lasts, ms, and what is shown. */
type Stretch = readonly [lastsMs: number, ...cues: TextCue[]];

function describe(origin: OriginFixture, rendition: string, language: string): void {
  const init = { bytes: new TextEncoder().encode(`header of ${rendition}`), hash: "0a1b" };
  const told = { rendition, codec: "wvtt", timescale: TIMESCALE, init };
  origin.store.describe({ ...told, kind: "text", language, trackId: 1 });
}

function say(origin: OriginFixture, rendition: string, index: number, ...shown: Stretch[]): void {
  const position = { segment: FIRST + Math.floor(index / 6), part: index % 6 };
  const captureMs = partStart(standardGrid, position);
  const bytes = writeFragment({
    ...{ sequence: 1, trackId: 1 },
    decodeTime: partStartTicks(standardGrid, position, TIMESCALE),
    samples: shown.map(([duration, ...cues]) => ({
      ...{ duration, compositionOffset: 0, flags: SYNC_FLAGS, bytes: writeTextSample(cues) },
    })),
  });
  origin.store.append(rendition, {
    ...{ ...position, bytes, independent: true, gap: false, frames: shown.length, captureMs },
    ...{ firstByteAt: captureMs, lastByteAt: utcMs(captureMs + standardGrid.partMs) },
  });
}

test("text is in both manifests, off by default, a playlist or a set for each language", async (t) => {
  const origin = await originFixture(t);
  for (const rendition of ["v720", "a128"]) origin.describe(rendition);
  describe(origin, "t-it", "it");
  describe(origin, "t-en", "en");
  for (const rendition of ["v720", "a128"]) origin.push(rendition, FIRST, 0);
  for (const rendition of ["t-it", "t-en"]) say(origin, rendition, 0, [320]);
  origin.clock.advance(ms(SETTLE_MS));
  const hls = await origin.text("/match/main.m3u8");
  assert.match(
    hls,
    /\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="italiano",LANGUAGE="it",DEFAULT=NO,AUTOSELECT=YES,STABLE-RENDITION-ID="t-it",URI="t-it.m3u8"\n/,
  );
  assert.match(hls, /NAME="English",LANGUAGE="en"/);
  assert.match(hls, /AUDIO="audio",SUBTITLES="text",CLOSED-CAPTIONS=NONE/);
  const mpd = await origin.text("/match/live.mpd");
  assert.match(mpd, /contentType="text" mimeType="application\/mp4" lang="it"/);
  assert.match(mpd, /codecs="wvtt"/);
  assert.equal(mpd.match(/value="subtitle"/g)?.length, 2);
  const sets = readMpd(mpd).sets.filter(({ kind }) => kind === "text");
  assert.deepEqual(
    sets.map(({ language, representations }) => [language, representations[0]?.media]),
    [
      ["en", "t-en/$Number$.m4s"],
      ["it", "t-it/$Number$.m4s"],
    ],
  );
});

test("text without a part holds nothing up, and is listed once it has one", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  describe(origin, "t-it", "it");
  origin.push("v720", FIRST, 0);
  origin.clock.advance(ms(SETTLE_MS));
  assert.doesNotMatch(await origin.text("/match/main.m3u8"), /t-it/);
  say(origin, "t-it", 0, [320]);
  await origin.text("/match/main.m3u8");
  origin.clock.advance(ms(SETTLE_MS));
  assert.match(await origin.text("/match/main.m3u8"), /t-it/);
  assert.match(await origin.text("/match/live.mpd"), /t-it/);
});

test("a language's playlist has the numbers, parts, hints and reports of every other, and no header", async (t) => {
  const origin = await originFixture(t);
  origin.describe("v720");
  describe(origin, "t-it", "it");
  origin.push("v720", FIRST + 1, 1);
  for (let index = 0; index <= 7; index += 1) say(origin, "t-it", index, [320]);
  const [text, video] = await Promise.all(
    ["t-it", "v720"].map(async (one) => readMediaPlaylist(await origin.text(`/match/${one}.m3u8`))),
  );
  assert.ok(text && video);
  assert.equal(text.map, null);
  assert.deepEqual(text.control, { ...video.control, canSkipUntilMs: null });
  assert.deepEqual(
    [text.targetDurationS, text.partTargetMs, text.mediaSequence],
    [video.targetDurationS, video.partTargetMs, video.mediaSequence],
  );
  assert.equal(text.segments[0]?.uri, `t-it/${FIRST}.vtt`);
  assert.deepEqual(
    text.growing?.parts.map(({ uri, independent }) => [uri, independent]),
    [0, 1].map((part) => [`t-it/${FIRST + 1}.${part}.vtt`, true]),
  );
  assert.equal(text.preloadHint, `t-it/${FIRST + 1}.2.vtt`);
  const report = { lastSegment: FIRST + 1, lastPart: 1 };
  assert.deepEqual(text.renditionReports, [{ uri: "v720.m3u8", ...report }]);
  assert.deepEqual(video.renditionReports, [{ uri: "t-it.m3u8", ...report }]);
  const held = origin.text(`/match/t-it.m3u8?_HLS_msn=${FIRST + 1}&_HLS_part=2`);
  await origin.held(1);
  say(origin, "t-it", 8, [320]);
  assert.equal(readMediaPlaylist(await held).growing?.parts.length, 3);
});

test("a cue is cut at part ends, and its pieces have the same names and times in part and segment", async (t) => {
  const origin = await originFixture(t);
  describe(origin, "t-it", "it");
  say(origin, "t-it", 0, [120], [200, cue("21:14:24 UTC")]);
  say(origin, "t-it", 1, [160, cue("21:14:24 UTC")], [40, cue("21:14:24 UTC")], [120]);
  for (let index = 2; index < 6; index += 1) say(origin, "t-it", index, [320]);
  const segment = readWebvtt(await origin.text(`/match/t-it/${FIRST}.vtt`));
  assert.equal(segment.mpegTs, (FIRST * 1_920 * 90) % MPEG_TS_MODULUS);
  assert.equal(segment.localMs, 0);
  const first = FIRST * 6;
  const piece = { settings: null, text: "21:14:24 UTC" };
  assert.deepEqual(segment.cues, [
    { id: `7-${first}`, startMs: 120, endMs: 320, ...piece },
    { id: `7-${first + 1}`, startMs: 320, endMs: 520, ...piece },
  ]);
  const parts = await Promise.all(
    [0, 1, 2].map(async (part) =>
      readWebvtt(await origin.text(`/match/t-it/${FIRST}.${part}.vtt`)),
    ),
  );
  assert.deepEqual(
    parts.flatMap(({ cues }) => cues),
    segment.cues,
  );
  for (const { mpegTs, localMs } of parts)
    assert.deepEqual([mpegTs, localMs], [segment.mpegTs, segment.localMs]);
});

test("cues at once stay two, and one without a name has none", async (t) => {
  const origin = await originFixture(t);
  describe(origin, "t-it", "it");
  say(origin, "t-it", 0, [160, cue("a"), cue("b", null)], [160, cue("b", null)]);
  const { cues } = readWebvtt(await origin.text(`/match/t-it/${FIRST}.0.vtt`));
  assert.deepEqual(
    cues.map(({ id, startMs, endMs, text }) => [id, startMs, endMs, text]),
    [
      [`7-${FIRST * 6}`, 0, 160, "a"],
      [null, 0, 320, "b"],
    ],
  );
});

test("WebVTT is kept like media; what is next is waited for, a segment until it is whole", async (t) => {
  const origin = await originFixture(t);
  describe(origin, "t-it", "it");
  origin.describe("v720");
  origin.push("v720", FIRST, 0);
  say(origin, "t-it", 0, [320, cue("x")]);
  const { headers } = await origin.get(`/match/t-it/${FIRST}.0.vtt`);
  assert.equal(headers.get("content-type"), "text/vtt");
  assert.equal(headers.get("cache-control"), "public, max-age=3600, immutable");
  assert.match(headers.get("cmsd-static") ?? "", /ot=c/);
  assert.ok(headers.get("etag"));
  let whole = false;
  const segment = origin.text(`/match/t-it/${FIRST}.vtt`).finally(() => (whole = true));
  const part = origin.text(`/match/t-it/${FIRST}.1.vtt`);
  await origin.held(2);
  say(origin, "t-it", 1, [320]);
  assert.equal(readWebvtt(await part).cues.length, 0);
  assert.equal(whole, false);
  for (let index = 2; index < 6; index += 1) say(origin, "t-it", index, [320]);
  assert.equal(readWebvtt(await segment).cues.length, 1);
  const code = async (object: string): Promise<number> =>
    (await origin.get(`/match/${object}.vtt`)).status;
  assert.equal(await code(`t-it/${FIRST + 3}`), 404, "later than the next");
  assert.equal(await code(`t-it/${FIRST - 1}`), 404, "before the window");
  assert.equal(await code(`t-it/${FIRST}.6`), 404, "no such part");
  assert.equal(await code(`v720/${FIRST}`), 404, "pictures are no text");
  assert.equal(await code(`t-fr/${FIRST}`), 404, "nobody speaks it");
  const mp4 = await origin.get(`/match/t-it/${FIRST}.m4s`);
  assert.equal(mp4.headers.get("content-type"), "application/mp4");
});
