import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError, utcMs } from "#base";
import {
  applyDelta,
  type CompleteSegment,
  deltaOf,
  type MediaPlaylist,
  PLAYLIST_CHARS_LIMIT,
  type PlaylistPart,
  readMediaPlaylist,
  writeMediaPlaylist,
} from "./index.ts";

const PARTS = 6;

const segmentOf = (number: number, listed: boolean): CompleteSegment => ({
  uri: `v720/${number}.m4s`,
  durationMs: 1_920,
  startsAt: utcMs(number * 1_920),
  gap: false,
  parts: listed ? Array.from({ length: PARTS }, (_, part) => partOf(number, part)) : [],
});

const partOf = (segment: number, part: number): PlaylistPart => ({
  uri: `v720/${segment}.${part}.m4s`,
  durationMs: 320,
  independent: part % 3 === 0,
  gap: false,
});

/** A playlist of `count` complete segments and a growing one with `parts` parts. */
function live(first: number, count: number, parts: number): MediaPlaylist {
  const newest = first + count;
  return {
    targetDurationS: 2,
    partTargetMs: 320,
    control: {
      canBlockReload: true,
      partHoldBackMs: 960,
      holdBackMs: 6_000,
      canSkipUntilMs: 12_000,
    },
    mediaSequence: first,
    skippedSegments: 0,
    map: "v720/init-0a1b2c3d.mp4",
    segments: Array.from({ length: count }, (_, index) =>
      segmentOf(first + index, index >= count - 2),
    ),
    growing:
      parts === 0
        ? null
        : {
            startsAt: utcMs(newest * 1_920),
            parts: Array.from({ length: parts }, (_, part) => partOf(newest, part)),
          },
    preloadHint: `v720/${newest}.${parts}.m4s`,
    renditionReports: [{ uri: "a128.m3u8", lastSegment: newest, lastPart: parts }],
  };
}

test("a media playlist says what players of low-latency HLS need, in exact decimals", () => {
  const text = writeMediaPlaylist(live(935_053, 2, 1));
  const lines = text.split("\n");
  assert.deepEqual(lines.slice(0, 10), [
    "#EXTM3U",
    "#EXT-X-VERSION:9",
    "#EXT-X-INDEPENDENT-SEGMENTS",
    "#EXT-X-TARGETDURATION:2",
    "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.96,HOLD-BACK=6,CAN-SKIP-UNTIL=12",
    "#EXT-X-PART-INF:PART-TARGET=0.32",
    "#EXT-X-MEDIA-SEQUENCE:935053",
    '#EXT-X-MAP:URI="v720/init-0a1b2c3d.mp4"',
    "#EXT-X-PROGRAM-DATE-TIME:1970-01-21T18:41:41.760Z",
    '#EXT-X-PART:DURATION=0.32,URI="v720/935053.0.m4s",INDEPENDENT=YES',
  ]);
  assert.deepEqual(lines.slice(-6), [
    "v720/935054.m4s",
    "#EXT-X-PROGRAM-DATE-TIME:1970-01-21T18:41:45.600Z",
    '#EXT-X-PART:DURATION=0.32,URI="v720/935055.0.m4s",INDEPENDENT=YES',
    '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="v720/935055.1.m4s"',
    '#EXT-X-RENDITION-REPORT:URI="a128.m3u8",LAST-MSN=935055,LAST-PART=1',
    "",
  ]);
});

test("a missing part says GAP, and a segment of missing parts says EXT-X-GAP before them", () => {
  const playlist = live(10, 1, 0);
  const [segment] = playlist.segments;
  assert.ok(segment);
  segment.gap = true;
  for (const part of segment.parts) part.gap = true;
  const text = writeMediaPlaylist(playlist);
  assert.match(text, /#EXT-X-GAP\n#EXT-X-PART:.*GAP=YES\n/);
  assert.equal(text.match(/GAP=YES/g)?.length, PARTS);
});

const name = fc.stringMatching(/^[\w./-]{1,40}$/);
const tens = (max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 1, max }).map((value) => value / 100);
const count = fc.integer({ min: 0, max: 2 ** 40 });
const instant = fc.option(fc.integer({ min: 0, max: 4e12 }).map(utcMs));
const part = fc.record({
  uri: name,
  durationMs: tens(1e6),
  independent: fc.boolean(),
  gap: fc.boolean(),
});
const parts = fc.array(part, { maxLength: 8 });
const anyPlaylist: fc.Arbitrary<MediaPlaylist> = fc.record({
  targetDurationS: fc.integer({ min: 1, max: 60 }),
  partTargetMs: tens(1e6),
  control: fc.record({
    canBlockReload: fc.boolean(),
    partHoldBackMs: tens(1e7),
    holdBackMs: tens(1e7),
    canSkipUntilMs: fc.option(tens(1e7)),
  }),
  mediaSequence: count,
  skippedSegments: fc.integer({ min: 0, max: 50 }),
  map: name,
  segments: fc.array(
    fc.record({ uri: name, durationMs: tens(1e7), startsAt: instant, gap: fc.boolean(), parts }),
    { maxLength: 12 },
  ),
  growing: fc.option(
    fc
      .record({ startsAt: instant, parts })
      .filter((growing) => growing.startsAt !== null || growing.parts.length > 0),
  ),
  preloadHint: fc.option(name),
  renditionReports: fc.array(fc.record({ uri: name, lastSegment: count, lastPart: count }), {
    maxLength: 4,
  }),
});

test("what is written is read back, whatever it holds", () => {
  fc.assert(
    fc.property(anyPlaylist, (playlist) => {
      assert.deepEqual(readMediaPlaylist(writeMediaPlaylist(playlist)), structuredClone(playlist));
    }),
  );
});

test("a delta update and the playlist before it give the whole playlist", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 14 }),
      fc.integer({ min: 0, max: PARTS - 1 }),
      fc.integer({ min: 0, max: 3 }),
      (first, length, grown, moved) => {
        const earlier = live(first, length, grown);
        const whole = live(first + moved, length, grown);
        const delta = readMediaPlaylist(writeMediaPlaylist(deltaOf(whole)));
        fc.pre(delta.skippedSegments > 0);
        assert.deepEqual(applyDelta(earlier, delta), whole);
      },
    ),
  );
});

test("a delta update skips nothing that is within the skip boundary", () => {
  const delta = deltaOf(live(100, 10, 3));
  const kept = delta.segments.length * 1_920 + 3 * 320;
  assert.ok(delta.skippedSegments > 0);
  assert.ok(kept >= 12_000, `${kept} ms kept`);
  assert.ok(kept - 1_920 <= 12_000, "and no more than that");
  assert.equal(deltaOf(live(100, 5, 3)).skippedSegments, 0);
});

test("a delta update that does not fit the playlist before it is refused", () => {
  const delta = deltaOf(live(200, 10, 0));
  assert.throws(
    () => applyDelta(live(100, 10, 0), delta),
    (thrown) => thrown instanceof RegistaError && thrown.code === "hls/delta-does-not-fit",
  );
});

test("names that would break a line or a quoted string are never written", () => {
  const playlist = live(1, 1, 0);
  for (const map of ['a"b', "a\nb", ""])
    assert.throws(() => writeMediaPlaylist({ ...playlist, map }), RegistaError);
});

test("the reader names the line that breaks the rules", () => {
  const good = writeMediaPlaylist(live(1, 2, 1));
  const code = (text: string): string => {
    try {
      readMediaPlaylist(text);
      return "read";
    } catch (thrown) {
      assert.ok(thrown instanceof RegistaError);
      return thrown.code;
    }
  };
  assert.equal(code(good), "read");
  assert.equal(code(good.replaceAll("\n", "\r\n")), "read");
  assert.equal(code(`${good}#EXT-X-SOMETHING-NEW:1\n`), "read");
  assert.equal(code("<html>"), "hls/not-a-playlist");
  assert.equal(code(good.replace(/#EXT-X-MAP.*\n/, "")), "hls/not-a-playlist");
  assert.equal(code(good.padEnd(PLAYLIST_CHARS_LIMIT + 1)), "hls/not-a-playlist");
  assert.equal(code(good.replace("DURATION=0.32", "DURATION=x")), "hls/bad-tag");
  assert.equal(code(good.replace("#EXTINF:1.92,\n", "")), "hls/bad-tag");
  assert.equal(code(good.replace("DURATION=0.32,", "DURATION=0.32,,")), "hls/bad-tag");
});

test("ten thousand mutilated playlists are read or refused, never more", () => {
  const seed = 20_261_121;
  const good = [
    writeMediaPlaylist(live(935_053, 9, 3)),
    writeMediaPlaylist(deltaOf(live(7, 9, 1))),
  ];
  let read = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.array(
        fc.record({
          at: fc.noBias(fc.integer({ min: 1, max: 10_000 })),
          cut: fc.nat(40),
          put: fc.oneof(
            fc.string({ maxLength: 8 }),
            fc.constantFrom("\n", '"', ",", "=", ":", "9e9", "-1"),
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      (text, wounds) => {
        let mutilated = text;
        for (const { at, cut, put } of wounds) {
          const from = Math.floor((at / 10_000) * mutilated.length);
          mutilated = mutilated.slice(0, from) + put + mutilated.slice(from + cut);
        }
        try {
          readMediaPlaylist(mutilated);
          read += 1;
        } catch (thrown) {
          assert.ok(thrown instanceof RegistaError, String(thrown));
        }
      },
    ),
    { numRuns: 10_000, seed },
  );
  assert.ok(read > 100 && read < 9_900, `${read} read: the wounds are too deep or too shallow`);
});
