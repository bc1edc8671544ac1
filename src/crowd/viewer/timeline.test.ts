import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline } from "./timeline.ts";

const PART_MS = 320;
const TICKS = 28_800;

/** A track of 90,000 ticks a second, and what it told. */
function track(): { timeline: Timeline; faults: string[] } {
  const faults: string[] = [];
  const timeline = new Timeline((kind) => faults.push(kind));
  timeline.track(90_000, 0);
  return { timeline, faults };
}

const place = (index: number, more = {}) => ({
  ...{ startMs: index * PART_MS, endMs: (index + 1) * PART_MS, again: false, independent: false },
  ...more,
});

/** Takes part `index`, or the media of another part in its place. */
function take(
  timeline: Timeline,
  index: number,
  more: { decodeTime?: number; sequence?: number } & Record<string, unknown> = {},
): void {
  const { decodeTime = index * TICKS, sequence = index, ...where } = more;
  const facts = {
    sequence,
    decodeTime,
    duration: TICKS,
    samples: 16,
    independent: index % 3 === 0,
  };
  timeline.fragment(facts, place(index, where), true);
  timeline.fragmentEnd();
}

test("parts one after another are one stretch", () => {
  const { timeline, faults } = track();
  assert.equal(timeline.begun, false);
  for (const index of [6, 7, 8]) take(timeline, index);
  assert.deepEqual(faults, []);
  assert.equal(timeline.startMs, 6 * PART_MS);
  assert.equal(timeline.endAt(0), 9 * PART_MS);
});

test("a fragment counts when it is whole", () => {
  const { timeline } = track();
  take(timeline, 6);
  const facts = {
    sequence: 7,
    decodeTime: 7 * TICKS,
    duration: TICKS,
    samples: 16,
    independent: false,
  };
  timeline.fragment(facts, place(7), true);
  assert.equal(timeline.endAt(0), 7 * PART_MS);
  timeline.fragmentEnd();
  assert.equal(timeline.endAt(0), 8 * PART_MS);
});

test("one sample too few or too many is a gap or a repeat", () => {
  const early = track();
  take(early.timeline, 6);
  take(early.timeline, 7, { decodeTime: 7 * TICKS - 1, startMs: 0 });
  assert.deepEqual(early.faults, ["duplicate"]);
  const late = track();
  take(late.timeline, 6);
  take(late.timeline, 7, { decodeTime: 7 * TICKS + 1 });
  assert.deepEqual(late.faults, ["gap"]);
});

test("what is asked for again may repeat what is known, and goes on where that ended", () => {
  const { timeline, faults } = track();
  for (const index of [6, 7]) take(timeline, index);
  for (const index of [6, 7, 8]) take(timeline, index, { again: true });
  assert.deepEqual(faults, []);
  assert.equal(timeline.endAt(0), 9 * PART_MS);
});

test("media of another object, a sequence that jumps, and a start without a key frame are told", () => {
  const { timeline, faults } = track();
  take(timeline, 6, { decodeTime: 9 * TICKS });
  assert.deepEqual(faults.splice(0), ["wrong-object"]);
  take(timeline, 10, { sequence: 8 });
  assert.deepEqual(faults.splice(0), ["wrong-sequence"]);
  take(timeline, 11, { independent: true, sequence: 9 });
  assert.deepEqual(faults, ["not-independent"]);
});

test("another rung goes on in time, with sequence numbers and ticks of its own", () => {
  const { timeline, faults } = track();
  take(timeline, 6);
  timeline.track(48_000, 0);
  const facts = {
    sequence: 99,
    decodeTime: 7 * 15_360,
    duration: 15_360,
    samples: 15,
    independent: true,
  };
  timeline.fragment(facts, place(7), true);
  timeline.fragmentEnd();
  assert.deepEqual(faults, []);
  assert.equal(timeline.endAt(0), 8 * PART_MS);
});

test("what is passed over is not missed again", () => {
  const { timeline, faults } = track();
  take(timeline, 6);
  timeline.pass(place(7));
  take(timeline, 8);
  assert.deepEqual(faults, []);
  assert.equal(timeline.endAt(0), 9 * PART_MS);
});

test("a share of a segment that grows counts as its time goes by", () => {
  const { timeline } = track();
  timeline.credit(place(6), 150);
  assert.equal(timeline.startMs, 6 * PART_MS);
  assert.equal(timeline.endAt(6 * PART_MS + 150), 6 * PART_MS);
  assert.equal(timeline.endAt(6 * PART_MS + 250), 6 * PART_MS + 100);
  assert.equal(timeline.endAt(60 * PART_MS), 7 * PART_MS);
  timeline.credit(place(7), null);
  assert.equal(timeline.endAt(0), 8 * PART_MS);
});

test("cleared, it begins anew anywhere", () => {
  const { timeline, faults } = track();
  take(timeline, 6);
  timeline.clear();
  assert.equal(timeline.begun, false);
  take(timeline, 60);
  assert.deepEqual(faults, []);
  assert.equal(timeline.startMs, 60 * PART_MS);
});
