import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { utcMs } from "#base";
import { manualClock } from "#base/clock";
import { readFragment, readHeader } from "#media/cmaf";
import { standardGrid } from "#media/grid";
import { BoxSplitter } from "#media/isobmff";
import { FILL_LIMIT_PARTS } from "../limits.ts";
import { silentFrame } from "./filler.ts";
import { writeHeader } from "./header.ts";
import { type Fragment, type PartTimes, Track, type TrackShape } from "./track.ts";

const video: TrackShape = {
  name: "v360",
  kind: "video",
  timescale: 90_000,
  unitTicks: 3_600,
  unitsPerPart: 8,
};
const audio: TrackShape = {
  name: "a128",
  kind: "audio",
  timescale: 48_000,
  unitTicks: 1_024,
  unitsPerPart: 15,
};
const SEGMENT = 935_053_000;
const silence = writeHeader({ kind: "audio", kbps: 128, config: Uint8Array.of(0x11, 0x90) });

function tracked(shape: TrackShape) {
  const fragments: Fragment[] = [];
  const parts: PartTimes[] = [];
  const clock = manualClock(utcMs(SEGMENT * 1_920));
  const listener = {
    header: () => undefined,
    fragment: (fragment: Fragment) => void fragments.push(fragment),
    part: (times: PartTimes) => void parts.push(times),
  };
  const track = new Track(shape, { grid: standardGrid, clock, listener });
  const first = SEGMENT * 6 * shape.unitsPerPart;
  const give = (from: number, count: number): void => {
    for (let unit = from; unit < from + count; unit++) {
      const sync = shape.kind === "audio" || (unit - first) % (3 * shape.unitsPerPart) === 0;
      track.sample({ index: unit, bytes: Buffer.from([0, 0, 0, 1, sync ? 0x65 : 0x41]), sync });
    }
  };
  return { track, fragments, parts, first, give };
}

/** Begin and end of what a fragment covers, units. */
function coverOf(
  fragment: Fragment,
  shape: TrackShape,
): { from: number; to: number; sync: boolean } {
  const boxes = new BoxSplitter().push(fragment.bytes);
  const moof = boxes.find((box) => box.fourcc === "moof")?.bytes ?? assert.fail("a moof");
  const mdat = boxes.find((box) => box.fourcc === "mdat")?.bytes ?? assert.fail("an mdat");
  const defaults = readHeader(silence).defaults;
  const { decodeTime, samples } = readFragment({ moof, mdat, mdatHeaderLength: 8 }, defaults);
  const length = samples.reduce((sum, sample) => sum + sample.duration, 0);
  const sync = ((samples[0]?.flags ?? 0) & 0x1_0000) === 0;
  return { from: decodeTime / shape.unitTicks, to: (decodeTime + length) / shape.unitTicks, sync };
}

test("every frame is a fragment of its own; a part begins with its capture time, a segment with its type", () => {
  const { fragments, parts, first, give } = tracked(video);
  give(first, 48);
  assert.equal(fragments.length, 48);
  fragments.forEach((fragment, index) => {
    const names = new BoxSplitter().push(fragment.bytes).map((box) => box.fourcc);
    const wanted = [
      ...(index === 0 ? ["styp"] : []),
      ...(index % 8 === 0 ? ["prft"] : []),
      "moof",
      "mdat",
    ];
    assert.deepEqual(names, wanted);
    assert.deepEqual(fragment.position, { segment: SEGMENT, part: Math.floor(index / 8) });
    assert.equal(fragment.first, index === 0);
    assert.equal(fragment.last, index === 47);
  });
  assert.equal(parts.length, 6);
});

for (const shape of [video, audio]) {
  test(`wherever an encoder of ${shape.kind} dies, what goes out has neither hole nor overlap`, () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lengths, (lives) => {
        const { track, fragments, first, give } = tracked(shape);
        const perSegment = 6 * shape.unitsPerPart;
        let at = first;
        for (const life of lives) {
          give(at, life);
          const died = at + life;
          const next = Math.ceil((died + 1) / perSegment) * perSegment;
          for (let now = died; now < next; now++) {
            // The replacement is known a little later than the death.
            track.keepUp({ now, givesFrom: now < died + 5 ? null : next });
            const end = coverOf(fragments.at(-1) as Fragment, shape).to;
            assert.ok(now + 1 - end < shape.unitsPerPart, "the filler is on time");
          }
          at = next;
        }
        let end = first;
        for (const fragment of fragments) {
          const { from, to, sync } = coverOf(fragment, shape);
          assert.equal(from, end);
          const part = Math.floor(from / shape.unitsPerPart);
          assert.ok(to <= (part + 1) * shape.unitsPerPart, "no fragment crosses a part");
          if (to - from > 1) assert.ok(sync, "filler can be decoded alone");
          end = to;
        }
        assert.equal(end % perSegment, 0);
        assert.equal(track.counters.holes + track.counters.stray, 0);
      }),
      { numRuns: 25 },
    );
  });
}

test("a hole longer than the limit is left open and counted, and media goes on after it", () => {
  const { track, fragments, first, give } = tracked(video);
  give(first, 48);
  const later = first + 48 * 200;
  track.keepUp({ now: later, givesFrom: null });
  assert.equal(fragments.length, 48, "nothing is poured out");
  assert.equal(track.counters.holes, 1);
  give(later, 8);
  assert.equal(fragments.length, 56);
  assert.ok(200 * 6 > FILL_LIMIT_PARTS);
});

test("what comes for a place already taken is counted and not sent twice", () => {
  const { track, fragments, first, give } = tracked(video);
  give(first, 10);
  give(first + 5, 5);
  assert.equal(fragments.length, 10);
  assert.equal(track.counters.stray, 5);
});

test("nothing is filled before there was anything, nor while an encoder is merely late", () => {
  const { track, fragments, first, give } = tracked(video);
  track.keepUp({ now: first + 100, givesFrom: null });
  assert.equal(fragments.length, 0);
  give(first, 3);
  track.keepUp({ now: first + 100, givesFrom: first });
  assert.equal(fragments.length, 3);
});

test("the silent frame is silence to a foreign decoder", () => {
  const adts = (frame: Uint8Array): Buffer => {
    const length = frame.length + 7;
    const head = [
      0xff,
      0xf1,
      0x4c,
      0x80 | (length >> 11),
      (length >> 3) & 255,
      ((length & 7) << 5) | 0x1f,
      0xfc,
    ];
    return Buffer.concat([Buffer.from(head), frame]);
  };
  const input = Buffer.concat(Array.from({ length: 20 }, () => adts(silentFrame)));
  const args = ["-v", "error", "-xerror", "-f", "aac", "-i", "pipe:0", "-f", "s16le", "pipe:1"];
  const { stdout, stderr } = spawnSync("ffmpeg", args, { input });
  assert.equal(stderr.toString(), "");
  assert.equal(stdout.length, 20 * 1_024 * 4);
  assert.ok(stdout.every((byte) => byte === 0));
});
