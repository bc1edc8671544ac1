// What viewers know of content: manifests, playlists, documents by their bytes, objects by size and hash.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utcMs } from "#base";
import type { Presentation } from "#media/dash";
import type { MediaPlaylist } from "#media/hls";
import { decodeCmcdQuery } from "#telemetry/cmcd";
import { CmcdQuery } from "./cmcd.ts";
import { dashPlan, mediaPath, segmentAt, segmentStartMs } from "./dashPlan.ts";
import { Documents } from "./documents.ts";
import { readLadder } from "./hlsLadder.ts";
import { hlsList } from "./hlsList.ts";
import { Ledger } from "./ledger.ts";
import { DOCUMENTS_REMEMBERED, OBJECTS_REMEMBERED } from "./limits.ts";

const rung = (
  id: string,
  bandwidth: number,
): Presentation["sets"][number]["representations"][0] => ({
  ...{ id, codec: "avc1.64001f", bandwidth, initialization: `${id}/init-1.mp4` },
  ...{ media: `${id}/$Number$.m4s`, size: null, frameRate: null, sampleRate: null, channels: null },
});
const day = 20_778;
const live: Presentation = {
  ...{ publishTime: utcMs(0), availabilityStartTime: utcMs(day * 86_400_000) },
  ...{ updatePeriodMs: 30_000, timeShiftMs: 17_280, segmentMs: 1_920, minBufferMs: 320 },
  availabilityOffsetMs: 1_450,
  latency: { targetMs: 1_500, minMs: 470, maxMs: 2_500 },
  playbackRate: { min: 0.92, max: 1.08 },
  ...{ timing: null, steering: null },
  locations: [{ name: "isp", url: "http://elsewhere.example/match/" }],
  sets: [
    {
      ...{ kind: "video", language: null, timescale: 90_000, segmentTicks: 172_800 },
      ...{ partTicks: 28_800, randomAccessTicks: 86_400, startNumber: 45_000 * day },
      presentationTimeOffset: 86_400 * day * 90_000,
      representations: [rung("v720", 2_500_000), rung("v360", 600_000)],
    },
  ],
};

test("a plan says where a segment lies in time, when it may be asked for, and from where", () => {
  const plan = dashPlan(live, "/match/live.mpd");
  assert.equal(plan.audio, null);
  const video = plan.video;
  assert.ok(video);
  assert.deepEqual(
    video.rungs.map(({ id }) => id),
    ["v360", "v720"],
  );
  assert.deepEqual([video.partMs, video.partsPerSegment, video.independentParts], [320, 6, 3]);
  assert.equal(video.zeroMs, 0, "media time is the epoch, also on the small timeline");
  assert.equal(video.availableAfterMs, 470);
  const now = 1_795_301_664_120;
  const segment = segmentAt(video, now);
  assert.equal(segment, Math.floor(now / 1_920));
  assert.ok(segmentStartMs(video, segment) <= now && segmentStartMs(video, segment + 1) > now);
  const [low] = video.rungs;
  assert.ok(low);
  assert.equal(low.initPath, "/match/v360/init-1.mp4");
  assert.equal(mediaPath(low, 7, null), "/match/v360/7.m4s");
  assert.equal(mediaPath(low, 7, 2), "/match/v360/7.2.m4s");
});

const main = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-b",NAME="b",DEFAULT=YES,URI="http://b/match/a.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-a",NAME="x",DEFAULT=NO,URI="http://a/match/x.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio-a",NAME="a",DEFAULT=YES,URI="http://a/match/a128.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1,mp4a",AUDIO="audio-a",STABLE-VARIANT-ID="v480",PATHWAY-ID="a"
http://a/match/v480.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=300000,AUDIO="audio-a",PATHWAY-ID="a"
v360.m3u8?t=1
#EXT-X-STREAM-INF:BANDWIDTH=900000,AUDIO="audio-b",STABLE-VARIANT-ID="v480",PATHWAY-ID="b"
http://b/match/v480.m3u8
`;

test("a ladder is the first pathway's variants from low to high, and its default sound", () => {
  const ladder = readLadder(main, "/match/main.m3u8");
  assert.deepEqual(ladder.rungs, [
    { id: "v360.m3u8?t=1", bandwidth: 300_000, path: "/match/v360.m3u8?t=1" },
    { id: "v480", bandwidth: 900_000, path: "/match/v480.m3u8" },
  ]);
  assert.equal(ladder.audioPath, "/match/a128.m3u8");
  const mute = readLadder(main.replaceAll(/#EXT-X-MEDIA.*\n/g, ""), "/match/main.m3u8");
  assert.equal(mute.audioPath, null);
  for (const bad of ["", "<html>", "#EXTM3U\n", main.replaceAll("BANDWIDTH=", "B=")])
    assert.throws(() => readLadder(bad, "/match/main.m3u8"));
});

test("ten thousand mutilated ladders are read or refused, never more", () => {
  let read = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(main.length), fc.nat(9), fc.string({ maxLength: 4 })), {
        minLength: 1,
        maxLength: 4,
      }),
      (wounds) => {
        let text = main;
        for (const [at, cut, put] of wounds) text = text.slice(0, at) + put + text.slice(at + cut);
        try {
          const { rungs } = readLadder(text, "/match/main.m3u8");
          assert.ok(rungs.length > 0 && rungs.every(({ bandwidth }) => bandwidth > 0));
          read += 1;
        } catch (thrown) {
          assert.ok(thrown instanceof Error && thrown.name !== "AssertionError", String(thrown));
        }
      },
    ),
    { numRuns: 10_000, seed: 20_261_121 },
  );
  assert.ok(read > 100 && read < 9_900, `${read} read`);
});

const listed: MediaPlaylist = {
  ...{ targetDurationS: 2, partTargetMs: 320, mediaSequence: 98, skippedSegments: 2 },
  control: { canBlockReload: true, partHoldBackMs: 960, holdBackMs: 6_000, canSkipUntilMs: null },
  map: "v360/init-1.mp4",
  segments: [
    { uri: "v360/100.m4s", durationMs: 640, startsAt: utcMs(100_000), gap: false, parts: [] },
    {
      ...{ uri: "v360/101.m4s", durationMs: 640, startsAt: null, gap: false },
      parts: [
        { uri: "v360/101.0.m4s", durationMs: 320, independent: true, gap: false },
        { uri: "v360/101.1.m4s", durationMs: 320, independent: false, gap: true },
      ],
    },
  ],
  growing: {
    startsAt: utcMs(101_280),
    parts: [{ uri: "v360/102.0.m4s", durationMs: 320, independent: true, gap: false }],
  },
  preloadHint: "v360/102.1.m4s",
  renditionReports: [],
};

test("a playlist's parts have their numbers and their capture times, dated or not", () => {
  const list = hlsList(listed, "/match/v360.m3u8");
  assert.deepEqual(
    list.parts.map(({ segment, part, startMs, gap }) => [segment, part, startMs, gap]),
    [
      [101, 0, 100_640, false],
      [101, 1, 100_960, true],
      [102, 0, 101_280, false],
    ],
  );
  assert.deepEqual([list.nextSegment, list.nextPart, list.endMs], [102, 1, 101_600]);
  assert.equal(list.hintPath, "/match/v360/102.1.m4s");
  assert.equal(list.initPath, "/match/v360/init-1.mp4");
  const between = hlsList({ ...listed, growing: null }, "/match/v360.m3u8");
  assert.deepEqual([between.nextSegment, between.nextPart, between.endMs], [102, 0, 101_280]);
});

test("a playlist without dates, or without blocking reload, is not one to follow", () => {
  const undated = { ...listed, segments: [], growing: null };
  assert.throws(() => hlsList(undated, "/v.m3u8"), /DATE-TIME/);
  const control = { ...listed.control, canBlockReload: false };
  assert.throws(() => hlsList({ ...listed, control }, "/v.m3u8"), /blocking/);
});

test("a document is read once for all who get the same bytes", () => {
  let reads = 0;
  const documents = new Documents<{ text: string }>((bytes) => {
    reads += 1;
    if (bytes.length === 0) throw new Error("empty");
    return { text: bytes.toString() };
  });
  const lent = Buffer.from("one");
  const first = documents.of("/a", lent);
  lent.write("two");
  assert.equal(documents.of("/a", Buffer.from("one")), first, "the bytes were lent");
  assert.notEqual(documents.of("/a", lent), first);
  assert.notEqual(documents.of("/b", Buffer.from("one")), first);
  assert.equal(documents.of("/a", Buffer.alloc(0)), null);
  assert.equal(documents.of("/a", Buffer.alloc(0)), null);
  assert.equal(reads, 4);
  for (let count = 0; count < DOCUMENTS_REMEMBERED; count += 1)
    documents.of("/a", Buffer.from(String(count)));
  assert.notEqual(documents.of("/a", Buffer.from("one")), first, "no more than so many are kept");
});

test("an object has one size and one hash, and old ones make room", () => {
  const ledger = new Ledger();
  assert.equal(ledger.size("/a", 10), null);
  assert.equal(ledger.size("/a", 10), null);
  assert.equal(ledger.size("/a", 11), 10);
  assert.equal(ledger.hash("/a", "x"), "first");
  assert.equal(ledger.hash("/a", "x"), "same");
  assert.equal(ledger.hash("/a", "y"), "other");
  for (let count = 0; count < OBJECTS_REMEMBERED; count += 1) ledger.size(`/${count}`, 1);
  assert.equal(ledger.size("/a", 11), null, "forgotten");
});

test("CMCD's keys are in order, whatever a request has to tell", () => {
  const session = { session: "crowd-1-2", channel: "a match", format: "d" } as const;
  const query = new CmcdQuery(session, { object: "v", bandwidth: 180_588, durationMs: 1_920 });
  const bare = { bufferMs: 1_234, bps: null, starved: false, startup: false };
  const full = { bufferMs: 1_234, bps: 4_567_890, starved: true, startup: true };
  for (const figures of [bare, full]) {
    const text = query.with(figures);
    assert.match(text, /^CMCD=[\w%().~*'!-]+$/);
    const keys = Object.keys(decodeCmcdQuery(text) ?? {});
    assert.deepEqual(keys, [...keys].sort());
  }
  assert.deepEqual(decodeCmcdQuery(query.with(full)), {
    bl: [{ value: 1_200, params: { v: true } }],
    br: [{ value: 181, params: { v: true } }],
    ...{ bs: true, cid: "a match", d: 1_920 },
    mtp: [{ value: 4_600, params: { v: true } }],
    ...{ ot: "v", sf: "d", sid: "crowd-1-2", st: "ll", su: true, v: 2 },
  });
});
