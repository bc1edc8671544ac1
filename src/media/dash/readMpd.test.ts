import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError, utcMs } from "#base";
import {
  type AdaptationSet,
  ATTRIBUTES_LIMIT,
  DEPTH_LIMIT,
  ELEMENTS_LIMIT,
  MPD_CHARS_LIMIT,
  type Presentation,
  readMpd,
  type Representation,
  writeMpd,
} from "./index.ts";

const durationMs = fc.integer({ min: 0, max: 10_000_000 });
const ticks = fc.integer({ min: 0, max: 2 ** 50 });
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(utcMs);
const name = fc.stringMatching(/^[\w&<>"' ./:-]{0,18}[\w&<>"'./:-]$/).map((text) => text.trim());
const word = name.filter((text) => text !== "");
const rate = fc.oneof(
  fc.integer({ min: 1, max: 240 }),
  // Below these the writer takes both families for whole numbers.
  fc.integer({ min: 12, max: 120 }).map((rounded) => (rounded * 1_000) / 1_001),
);

function rungs(kind: AdaptationSet["kind"]): fc.Arbitrary<Representation[]> {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 8_192 }),
    height: fc.integer({ min: 1, max: 8_192 }),
  });
  const video = kind === "video";
  const audio = kind === "audio";
  const rung = fc.record({
    id: word,
    codec: word,
    bandwidth: fc.integer({ min: 1, max: 1e9 }),
    initialization: word,
    media: word.map((text) => `${text}$Number$.m4s`),
    size: video ? fc.option(size) : fc.constant(null),
    frameRate: video ? fc.option(rate) : fc.constant(null),
    sampleRate: audio ? fc.option(fc.integer({ min: 8_000, max: 192_000 })) : fc.constant(null),
    channels: audio ? fc.option(fc.integer({ min: 1, max: 22 })) : fc.constant(null),
  });
  return fc.array(rung, { minLength: 1, maxLength: 4 });
}

const anySet: fc.Arbitrary<AdaptationSet> = fc
  .constantFrom("video" as const, "audio" as const, "text" as const)
  .chain((kind) =>
    fc.record({
      kind: fc.constant(kind),
      language: fc.option(word),
      timescale: fc.integer({ min: 1, max: 2_000_000 }),
      segmentTicks: fc.integer({ min: 1, max: 1e9 }),
      partTicks: fc.integer({ min: 1, max: 1e9 }),
      randomAccessTicks: fc.integer({ min: 1, max: 1e9 }),
      startNumber: ticks,
      presentationTimeOffset: ticks,
      representations: rungs(kind),
    }),
  );

const anyPresentation: fc.Arbitrary<Presentation> = fc
  .record({
    publishTime: instant,
    availabilityStartTime: instant,
    updatePeriodMs: durationMs,
    timeShiftMs: durationMs,
    segmentMs: durationMs,
    minBufferMs: durationMs,
    availabilityOffsetMs: durationMs,
    latency: fc.record({ targetMs: durationMs, minMs: durationMs, maxMs: durationMs }),
    playbackRate: fc.record({ min: fc.constantFrom(0.5, 0.92, 1), max: fc.constantFrom(1, 1.08) }),
    timing: fc.option(
      fc.record({ scheme: fc.constantFrom("iso" as const, "xsdate" as const), url: word }),
    ),
    locations: fc.array(fc.record({ name: word, url: word }), { maxLength: 3 }),
    steering: fc.option(fc.record({ url: word, queryBeforeStart: fc.boolean() })),
    sets: fc.array(anySet, { minLength: 1, maxLength: 3 }),
  })
  .map((live) => ({ ...live, steering: live.locations.length > 0 ? live.steering : null }));

test("an MPD that was written is read as what it was", () => {
  fc.assert(
    fc.property(anyPresentation, (live) => {
      assert.deepEqual(readMpd(writeMpd(live)), structuredClone(live));
    }),
    { numRuns: 300, seed: 20_261_121 },
  );
});

const foreign = `<?xml version="1.0"?><!-- by another packager -->
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type='dynamic' availabilityStartTime="2026-11-21T18:00:00"
     suggestedPresentationDelay="PT1M2.5S" minimumUpdatePeriod="PT0S">
  <BaseURL>cdn/</BaseURL>
  <Period id="1" start="PT1H">
    <EventStream schemeIdUri="urn:x"><Event><![CDATA[<any/>]]></Event></EventStream>
    <AdaptationSet mimeType="video/mp4">
      <SegmentTemplate timescale="90000" duration="180000" availabilityTimeOffset="1.5"
        initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/$Number$.m4s"/>
      <Representation id="v1" bandwidth="900000" codecs="avc1.64001f" frameRate="30000/1001"/>
      <Representation id="v2" bandwidth="100000" codecs="avc1.64001f"><SegmentTemplate media="low/$Number$.m4s"/></Representation>
    </AdaptationSet>
    <AdaptationSet contentType="text"><Representation id="t"/></AdaptationSet>
  </Period>
</MPD>`;

test("an MPD of another packager is read with what it inherits and leaves unsaid", () => {
  const live = readMpd(foreign);
  assert.equal(live.availabilityStartTime, 1_795_287_600_000);
  assert.equal(live.availabilityOffsetMs, 1_500);
  assert.deepEqual(live.latency, { targetMs: 62_500, minMs: 62_500, maxMs: 62_500 });
  assert.equal(live.segmentMs, 2_000);
  assert.deepEqual(live.locations, []);
  assert.equal(live.sets.length, 1);
  const [video] = live.sets;
  assert.equal(video?.startNumber, 1);
  assert.equal(video?.partTicks, 180_000);
  assert.deepEqual(
    video?.representations.map(({ media, initialization }) => [media, initialization]),
    [
      ["v1/$Number$.m4s", "v1/init.mp4"],
      ["low/$Number$.m4s", "v2/init.mp4"],
    ],
  );
  assert.equal(video?.representations[0]?.frameRate, 30_000 / 1_001);
});

const refused = (text: string, problem: RegExp): void => {
  assert.throws(
    () => readMpd(text),
    (thrown) =>
      thrown instanceof RegistaError &&
      thrown.code === "dash/not-an-mpd" &&
      problem.test(thrown.message),
  );
};

test("what is no live MPD of one period is refused with the reason", () => {
  refused("", /ends before/);
  refused("#EXTM3U\n", /outside its root/);
  refused("<html></html>", /root is html/);
  refused(foreign.replace("'dynamic'", "'static'"), /not live/);
  refused(foreign.replace("</Period>", "</Period><Period/>"), /one Period/);
  refused(foreign.replace("</Period>", "</period>"), /ends where/);
  refused(foreign.replace('duration="180000"', ""), /no constant duration/);
  refused(foreign.replace("low/$Number$", "low/$Time$"), /number/);
  refused(foreign.replace("PT1M2.5S", "P1Y"), /no duration/);
  refused(foreign.replace("cdn/", "&grow;"), /entity/);
  refused(`<!DOCTYPE a [<!ENTITY b "c">]>${foreign}`, /no element/);
  refused(`${foreign}<MPD/>`, /two roots/);
});

test("a document at a limit is read, and refused beyond it", () => {
  const nested = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
  refused(nested(DEPTH_LIMIT), /root is a/);
  refused(nested(DEPTH_LIMIT + 1), /deeper/);
  const many = (elements: number): string => `<a>${"<b/>".repeat(elements - 1)}</a>`;
  refused(many(ELEMENTS_LIMIT), /root is a/);
  refused(many(ELEMENTS_LIMIT + 1), /more than .* elements/);
  const broad = (count: number): string =>
    `<a${Array.from({ length: count }, (_, index) => ` a${index}="1"`).join("")}/>`;
  refused(broad(ATTRIBUTES_LIMIT), /root is a/);
  refused(broad(ATTRIBUTES_LIMIT + 1), /too many attributes/);
  refused(`<a>${" ".repeat(MPD_CHARS_LIMIT - 7)}</a>`, /root is a/);
  refused(`<a>${" ".repeat(MPD_CHARS_LIMIT)}</a>`, /characters/);
});

test("ten thousand mutilated MPDs are read or refused, never more", () => {
  const [written] = fc.sample(anyPresentation, { numRuns: 1, seed: 7 });
  const good = [foreign, writeMpd(written as Presentation)];
  let read = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.array(
        fc.record({
          at: fc.noBias(fc.integer({ min: 1, max: 10_000 })),
          cut: fc.nat(12),
          put: fc.oneof(
            fc.string({ maxLength: 6 }),
            fc.constantFrom("<", ">", "/>", '"', "&", "=", "PT", "-1", "9e9", "<!--"),
          ),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      (text, wounds) => {
        let mutilated = text;
        for (const { at, cut, put } of wounds) {
          const from = Math.floor((at / 10_000) * mutilated.length);
          mutilated = mutilated.slice(0, from) + put + mutilated.slice(from + cut);
        }
        try {
          readMpd(mutilated);
          read += 1;
        } catch (thrown) {
          assert.ok(thrown instanceof RegistaError, String(thrown));
        }
      },
    ),
    { numRuns: 10_000, seed: 20_261_121 },
  );
  assert.ok(read > 100 && read < 9_900, `${read} read: the wounds are too deep or too shallow`);
});
