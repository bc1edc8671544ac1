import assert from "node:assert/strict";
import { test } from "node:test";
import { utcMs } from "#base";
import { type AdaptationSet, type Presentation, type Representation, writeMpd } from "#media/dash";
import { mediaUrl, readStream } from "./profile.ts";

const rung = (id: string, over: Partial<Representation> = {}): Representation => ({
  id,
  codec: "avc1.64001f",
  bandwidth: 2_500_000,
  initialization: `${id}/init-0a1b2c3d.mp4`,
  media: `${id}/$Number$.m4s`,
  size: { width: 1280, height: 720 },
  frameRate: 50,
  sampleRate: null,
  channels: null,
  ...over,
});
const sound: Partial<Representation> = { codec: "mp4a.40.2", size: null, frameRate: null };
const video: AdaptationSet = {
  kind: "video",
  language: null,
  timescale: 90_000,
  segmentTicks: 172_800,
  partTicks: 28_800,
  randomAccessTicks: 86_400,
  startNumber: 0,
  presentationTimeOffset: 0,
  representations: [
    rung("v720"),
    rung("v360", { bandwidth: 600_000, size: { width: 640, height: 360 } }),
  ],
};
const audio: AdaptationSet = {
  ...video,
  kind: "audio",
  language: "it",
  timescale: 48_000,
  segmentTicks: 92_160,
  partTicks: 15_360,
  randomAccessTicks: 15_360,
  representations: [rung("a128", { ...sound, bandwidth: 128_000, sampleRate: 48_000 })],
};
const live: Presentation = {
  publishTime: utcMs(1_795_291_200_000),
  availabilityStartTime: utcMs(0),
  updatePeriodMs: 30_000,
  timeShiftMs: 17_280,
  segmentMs: 1_920,
  minBufferMs: 320,
  availabilityOffsetMs: 1_450,
  latency: { targetMs: 1_500, minMs: 1_000, maxMs: 6_000 },
  playbackRate: { min: 0.92, max: 1.08 },
  timing: { scheme: "iso", url: "/time" },
  locations: [
    { name: "isp-roma", url: "http://isp.example:8092/match/" },
    { name: "ixp-roma", url: "http://ixp.example:8091/match/" },
  ],
  steering: null,
  sets: [video, audio],
};
const from = "http://isp.example:8092/match/live.mpd";

function streamOf(presentation: Presentation) {
  const read = readStream(writeMpd(presentation), from);
  assert.ok("stream" in read, JSON.stringify(read));
  return read.stream;
}

test("the origin's MPD gives one grid of parts, the rungs from low to high, and every location", () => {
  const { grid, tracks, locations } = streamOf(live);
  assert.deepEqual(grid, { startMs: 0, partMs: 320, perSegment: 6, joinEvery: 3, delayMs: 150 });
  assert.deepEqual(
    tracks.map(({ kind, rungs }) => [kind, rungs.map(({ id }) => id)]),
    [
      ["video", ["v360", "v720"]],
      ["audio", ["a128"]],
    ],
  );
  assert.equal(tracks[1]?.rungs[0]?.type, 'audio/mp4; codecs="mp4a.40.2"');
  assert.deepEqual(
    locations.map(({ name }) => name),
    ["isp-roma", "ixp-roma"],
  );
});

test("segments and parts are addressed beside one another, at the location in use", () => {
  const { tracks, locations } = streamOf(live);
  const [location, rung] = [locations[1], tracks[0]?.rungs[1]];
  assert.ok(location && rung);
  const number = 935_053;
  assert.equal(
    mediaUrl(location, rung, { number, part: null }),
    "http://ixp.example:8091/match/v720/935053.m4s",
  );
  assert.equal(
    mediaUrl(location, rung, { number, part: 4 }),
    "http://ixp.example:8091/match/v720/935053.4.m4s",
  );
});

test("without base addresses all lies beside the MPD", () => {
  const { locations } = streamOf({ ...live, locations: [] });
  assert.deepEqual(locations, [{ name: "", url: "http://isp.example:8092/match/" }]);
});

test("what the engine does not play is refused with a sentence", () => {
  const refusal = (over: Partial<Presentation>): unknown => {
    const read = readStream(writeMpd({ ...live, ...over }), from);
    return "refused" in read ? read.refused : null;
  };
  const coded = (codec: string): AdaptationSet => ({
    ...video,
    representations: [rung("v720", { codec })],
  });
  assert.equal(refusal({ sets: [audio] }), "noPicture");
  assert.equal(refusal({ sets: [coded("hvc1.1.6.L93.B0"), audio] }), "noPicture");
  assert.equal(refusal({ sets: [{ ...video, partTicks: 50_000 }, audio] }), "noParts");
  assert.equal(refusal({ sets: [video, { ...audio, segmentTicks: 96_000 }] }), "severalGrids");
  const page = readStream("<html></html>", from);
  assert.ok("refused" in page && page.refused === "unreadable" && page.why.length > 10);
});
