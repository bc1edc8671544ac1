import assert from "node:assert/strict";
import test from "node:test";
import { Need, NEED_LEAST_MS, NEED_MARGIN_MS, NEED_WINDOW_MS, type Track } from "./need.ts";

const PART_MS = 320;
const START = 1_795_300_000_000;

/** Parts of `track` from `from` to `to` (ms since the start), each arriving `lateMs` after its last frame. */
function play(need: Need, track: Track, span: { from: number; to: number; lateMs: number }): void {
  for (let end = span.from; end <= span.to; end += PART_MS)
    need.appended(track, START + end, START + end + span.lateMs);
}

test("the need is the part's length and its way, with the margin, once there is enough to tell it", () => {
  const need = new Need();
  play(need, "video", { from: 0, to: 3_200, lateMs: 100 });
  assert.equal(need.ms(START + 3_300), null);
  play(need, "video", { from: 3_520, to: 9_600, lateMs: 100 });
  assert.equal(need.ms(START + 9_700), PART_MS + 100 + NEED_MARGIN_MS);
  need.clear();
  assert.equal(need.ms(START + 9_700), null);
});

test("the later of the two tracks counts, and a track that has just joined holds the answer back", () => {
  const need = new Need();
  play(need, "video", { from: 0, to: 19_200, lateMs: 100 });
  need.appended("audio", START + 12_000, START + 12_400);
  assert.equal(need.ms(START + 12_500), null);
  play(need, "audio", { from: 12_320, to: 19_200, lateMs: 400 });
  assert.equal(need.ms(START + 12_400 + 2_000 + NEED_LEAST_MS), PART_MS + 400 + NEED_MARGIN_MS);
});

test("one late part counts for the whole window and no longer", () => {
  const need = new Need();
  let arrivedAt = 0;
  const lateEnd = 9_920;
  for (let end = 0; end <= 30_720; end += PART_MS) {
    arrivedAt = Math.max(arrivedAt, START + end + (end === lateEnd ? 900 : 50));
    need.appended("video", START + end, arrivedAt);
    if (end === 16_000) assert.equal(need.ms(arrivedAt), PART_MS + 900 + NEED_MARGIN_MS);
  }
  assert.equal(need.ms(START + lateEnd + 900 + NEED_WINDOW_MS), PART_MS + 900 + NEED_MARGIN_MS);
  const calm = need.ms(START + lateEnd + 900 + NEED_WINDOW_MS + 1);
  assert.equal(calm, PART_MS + 50 + NEED_MARGIN_MS);
});

test("what a player loads while it joins, or again after a jump, is no need", () => {
  const need = new Need();
  // Two segments of the past in one go.
  need.appended("video", START - 3_000, START);
  need.appended("video", START - 1_000, START + 20);
  play(need, "video", { from: 0, to: 9_600, lateMs: 60 });
  assert.equal(need.ms(START + 9_660), PART_MS + 60 + NEED_MARGIN_MS);
  need.appended("video", START + 20_000, START + 20_100);
  assert.equal(need.ms(START + 20_100), null);
});

test("pieces that are in the buffer already change nothing", () => {
  const need = new Need();
  play(need, "video", { from: 0, to: 9_600, lateMs: 60 });
  need.appended("video", START + 9_600, START + 12_000);
  need.appended("video", START + 9_000, START + 12_001);
  assert.equal(need.ms(START + 12_002), PART_MS + 60 + NEED_MARGIN_MS);
});
