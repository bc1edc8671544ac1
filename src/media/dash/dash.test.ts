import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError, utcMs } from "#base";
import { type Presentation, type Representation, writeMpd } from "./index.ts";

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
  steering: { url: "http://director.example/steer/dash?a=1&b=2", queryBeforeStart: false },
  sets: [
    {
      kind: "video",
      language: null,
      timescale: 90_000,
      segmentTicks: 172_800,
      partTicks: 28_800,
      randomAccessTicks: 86_400,
      startNumber: 0,
      presentationTimeOffset: 0,
      representations: [rung("v720"), rung("v360", { size: { width: 640, height: 360 } })],
    },
    {
      kind: "audio",
      language: "it",
      timescale: 48_000,
      segmentTicks: 92_160,
      partTicks: 15_360,
      randomAccessTicks: 15_360,
      startNumber: 0,
      presentationTimeOffset: 0,
      representations: [
        rung("a128", {
          codec: "mp4a.40.2",
          size: null,
          frameRate: null,
          sampleRate: 48_000,
          channels: 2,
        }),
      ],
    },
  ],
};

test("the timeline is the epoch: number, media time and wall clock agree", () => {
  const text = writeMpd(live);
  assert.match(text, /type="dynamic" availabilityStartTime="1970-01-01T00:00:00\.000Z"/);
  assert.match(text, /<Period id="live" start="PT0S">/);
  assert.equal(
    text.match(
      /<SegmentTemplate timescale="90000" duration="172800" startNumber="0" presentationTimeOffset="0" availabilityTimeOffset="1\.45" availabilityTimeComplete="false"/g,
    )?.length,
    2,
  );
  assert.match(text, /<SegmentTemplate timescale="48000" duration="92160" startNumber="0"/);
  assert.match(text, /initialization="v720\/init-0a1b2c3d\.mp4" media="v720\/\$Number\$\.m4s"/);
});

test("the latency is measured against a producer reference time that exists, and no id is 0", () => {
  const text = writeMpd(live);
  const reference = /<Latency referenceId="(\d+)" target="1500" min="1000" max="6000"\/>/.exec(
    text,
  );
  const ids = [...text.matchAll(/<ProducerReferenceTime id="(\d+)" inband="true" type="encoder"/g)];
  assert.deepEqual(
    ids.map(([, id]) => id),
    ["1", "2"],
  );
  assert.equal(reference?.[1], "1");
  const timings = text.match(
    /<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="\/time"\/>/g,
  );
  assert.equal(timings?.length, 3);
});

test("each edge is a service location, and steering begins with the first", () => {
  const text = writeMpd(live);
  assert.match(
    text,
    /<BaseURL serviceLocation="isp-roma">http:\/\/isp\.example:8092\/match\/<\/BaseURL>/,
  );
  assert.match(
    text,
    /<ContentSteering defaultServiceLocation="isp-roma ixp-roma" queryBeforeStart="false">http:\/\/director\.example\/steer\/dash\?a=1&amp;b=2<\/ContentSteering>/,
  );
  const alone = writeMpd({ ...live, locations: [] });
  assert.doesNotMatch(alone, /ContentSteering|BaseURL/);
});

test("a player learns where it can join in the middle of a segment", () => {
  const text = writeMpd(live);
  const steps = [...text.matchAll(/<Resync type="(\d)" dT="(\d+)" marker="true"\/>/g)];
  assert.deepEqual(
    steps.map(([, type, dT]) => `${type} ${dT}`),
    ["1 86400", "0 28800", "1 86400", "0 28800", "1 15360"],
  );
});

test("frame rates are whole numbers or exact fractions", () => {
  const rates = (frameRate: number): string | undefined => {
    const [video] = live.sets;
    assert.ok(video);
    const set = { ...video, representations: [rung("v", { frameRate })] };
    return /frameRate="([^"]+)"/.exec(writeMpd({ ...live, sets: [set] }))?.[1];
  };
  assert.equal(rates(50), "50");
  assert.equal(rates(49.9999), "50");
  assert.equal(rates(60_000 / 1_001), "60000/1001");
  assert.equal(rates(29.97), "30000/1001");
  assert.equal(rates(12.5), "12500/1000");
});

test("a small timeline is the same presentation with another start", () => {
  const day = 20_778;
  const [video] = live.sets;
  assert.ok(video);
  const set = {
    ...video,
    startNumber: 45_000 * day,
    presentationTimeOffset: 86_400 * day * video.timescale,
  };
  const text = writeMpd({
    ...live,
    availabilityStartTime: utcMs(day * 86_400_000),
    sets: [set],
  });
  assert.match(text, /startNumber="935010000" presentationTimeOffset="161569728000000"/);
  assert.match(text, /availabilityStartTime="2026-11-21T00:00:00\.000Z"/);
  assert.match(
    text,
    /wallClockTime="2026-11-21T00:00:00\.000Z" presentationTime="161569728000000"/,
  );
});

test("text of any kind comes out as well-formed XML or not at all", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), (name) => {
      let text: string;
      try {
        text = writeMpd({ ...live, locations: [{ name, url: name }] });
      } catch (thrown) {
        assert.ok(thrown instanceof RegistaError);
        return;
      }
      const written = /<BaseURL serviceLocation="([^"<]*)">([^<]*)<\/BaseURL>/.exec(text);
      const plain = (escaped: string | undefined): string | undefined =>
        escaped
          ?.replaceAll("&lt;", "<")
          .replaceAll("&gt;", ">")
          .replaceAll("&quot;", '"')
          .replaceAll("&amp;", "&");
      assert.equal(plain(written?.[1]), name);
      assert.equal(plain(written?.[2]), name);
    }),
  );
});

test("a duration that is no whole number is refused, not rounded", () => {
  assert.throws(() => writeMpd({ ...live, updatePeriodMs: Number.NaN }), RegistaError);
  assert.throws(() => writeMpd({ ...live, availabilityOffsetMs: -1 }), RegistaError);
});
