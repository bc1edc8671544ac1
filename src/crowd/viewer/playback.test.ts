import assert from "node:assert/strict";
import { test } from "node:test";
import { JUMP_BEYOND_MS, RATE_MAX, RATE_MIN } from "./limits.ts";
import { Playback } from "./playback.ts";

const TARGET_MS = 1_500;
const PART_MS = 320;
/** UTC at the monotonic clock's zero. */
const ZERO_MS = 1_795_291_200_000;

const utc = (now: number): number => ZERO_MS + now;
const moment = (now: number): { now: number; utcMs: number } => ({ now, utcMs: utc(now) });

/** Plays from `now` 0 at its target, with media up to `aheadMs` before the playhead's place. */
function playing(aheadMs: number): Playback {
  const playback = new Playback({ targetMs: TARGET_MS, partMs: PART_MS });
  const startMs = utc(-TARGET_MS);
  assert.ok(playback.begin({ startMs, endMs: startMs + aheadMs }, startMs, moment(0)));
  return playback;
}

test("it begins with a part to play, not before", () => {
  const playback = new Playback({ targetMs: TARGET_MS, partMs: PART_MS });
  const startMs = utc(-2_000);
  const wanted = utc(-TARGET_MS);
  assert.equal(playback.begin({ startMs, endMs: wanted + PART_MS - 1 }, wanted, moment(0)), false);
  assert.equal(playback.begun, false);
  assert.equal(playback.begin({ startMs, endMs: wanted + PART_MS }, wanted, moment(0)), true);
  assert.equal(playback.latencyMs(utc(0)), TARGET_MS);
});

test("a start that took long begins as near to the target as its media allows", () => {
  const playback = new Playback({ targetMs: TARGET_MS, partMs: PART_MS });
  const wanted = utc(-TARGET_MS);
  playback.begin({ startMs: wanted, endMs: utc(700) }, wanted, moment(1_000));
  assert.equal(playback.latencyMs(utc(1_000)), TARGET_MS);
  const late = new Playback({ targetMs: TARGET_MS, partMs: PART_MS });
  late.begin({ startMs: wanted, endMs: wanted + 400 }, wanted, moment(1_000));
  assert.equal(late.positionMs, wanted + 80, "a part before the end");
});

test("it stands still from the moment its media ends, and tells exactly how long", () => {
  const playback = playing(1_000);
  playback.run(utc(-TARGET_MS) + 1_000, 1_300);
  assert.equal(playback.playing, false);
  assert.equal(playback.stalledMs, 300);
  assert.equal(playback.bufferMs, 0);
  playback.run(utc(-TARGET_MS) + 1_000, 1_400);
  const startMs = utc(-TARGET_MS);
  assert.equal(playback.extend({ startMs, endMs: startMs + 1_000 + PART_MS }), null, "one part");
  const resumed = playback.extend({ startMs, endMs: startMs + 1_000 + 2 * PART_MS });
  assert.deepEqual(resumed, { stalledMs: 400, skippedMs: 0 });
  assert.equal(playback.playing, true);
  assert.equal(playback.latencyMs(utc(1_400)), TARGET_MS + 400);
});

test("a track that was emptied makes a stall of the time since it was looked at, not of all time", () => {
  const playback = playing(1_000);
  playback.run(utc(-TARGET_MS) + 1_000, 200);
  playback.run(0, 240);
  assert.equal(playback.playing, false);
  assert.equal(playback.stalledMs, 40);
  playback.run(0, 300);
  assert.equal(playback.stalledMs, 100);
  assert.equal(playback.latencyMs(utc(200)), TARGET_MS);
});

test("media that begins farther ahead is jumped to, and the way is told", () => {
  const playback = playing(500);
  playback.run(0, 5_000);
  assert.equal(playback.playing, false);
  const at = playback.positionMs;
  const resumed = playback.extend({ startMs: at + 2_000, endMs: at + 3_000 });
  assert.equal(resumed?.skippedMs, 2_000);
  assert.equal(playback.positionMs, at + 2_000);
});

test("the rate leads back to the target within its bounds, and rests when near", () => {
  for (const offMs of [-400, -60, 60, 400]) {
    const playback = playing(20_000);
    playback.targetMs = TARGET_MS - offMs;
    for (let now = 500; now <= 30_000; now += 500) {
      const endMs = utc(now);
      playback.run(endMs, now);
      assert.equal(playback.control(utc(now)), 0);
      assert.ok(playback.rate >= RATE_MIN && playback.rate <= RATE_MAX);
    }
    const behind = playback.latencyMs(utc(30_000)) - playback.targetMs;
    assert.ok(Math.abs(behind) < 20, `${behind} ms from the target after ${offMs}`);
    assert.equal(playback.rate, 1);
  }
});

test("it does not hurry with less than a part ahead", () => {
  const playback = playing(1_000);
  playback.targetMs = 1_000;
  playback.run(utc(-TARGET_MS) + 1_000, 800);
  playback.control(utc(800));
  assert.equal(playback.rate, 1);
});

test("farther behind than a rate can mend, it jumps as far as its media allows", () => {
  const playback = playing(20_000);
  playback.targetMs = TARGET_MS - JUMP_BEYOND_MS - 1;
  assert.equal(playback.control(utc(0)), TARGET_MS - playback.targetMs);
  assert.equal(playback.latencyMs(utc(0)), playback.targetMs);
  const short = playing(500);
  short.targetMs = TARGET_MS - JUMP_BEYOND_MS - 1;
  assert.equal(short.control(utc(0)), 500 - PART_MS);
});
