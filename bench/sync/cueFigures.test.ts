import assert from "node:assert/strict";
import test from "node:test";
import type { Moment } from "../../test/support/frameWatch.ts";
import { behindFrameMs } from "./cueFigures.ts";

const T = 1_800_000_000_000;
const LATENCY_MS = 1_500;
/** 25 frames a second, drawn from T on. */
const frames: Moment[] = Array.from({ length: 50 }, (_, index) => ({
  at: 0,
  shownAt: T + index * 40 + LATENCY_MS,
  mediaTime: index / 25,
  presented: index,
  rate: 1,
  drawnAt: T + index * 40,
  flash: null,
}));
const cue = (mediaTimeMs: number, shownAt: number) => ({
  seq: 1,
  mediaTimeMs: T + mediaTimeMs,
  shownAt: T + shownAt,
  timing: "on time",
});

test("a cue is measured from the first frame drawn at its media time or later", () => {
  assert.equal(behindFrameMs(cue(400, 1_920), frames), 20);
  assert.equal(behindFrameMs(cue(401, 1_930), frames), -10);
});

test("nothing is said of a cue whose frame was not heard of", () => {
  const gap = frames.filter((_, index) => index !== 10);
  assert.equal(behindFrameMs(cue(400, 1_920), gap), null);
  assert.equal(behindFrameMs(cue(400, 1_920), frames.slice(10)), null);
  assert.equal(behindFrameMs(cue(5_000, 6_500), frames), null);
  const unread = frames.map((frame, index) => (index === 9 ? { ...frame, drawnAt: null } : frame));
  assert.equal(behindFrameMs(cue(400, 1_920), unread), null);
});
