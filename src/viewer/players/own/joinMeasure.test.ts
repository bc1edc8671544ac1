import assert from "node:assert/strict";
import { test } from "node:test";
import { JoinMeasure } from "./joinMeasure.ts";

test("a join is told once, when the picture has come as far as it was there, with the sound's bytes", () => {
  const join = new JoinMeasure({ at: 100, newest: 8 });
  const came = { kind: "video", bytes: 1_000, cameAt: 130 };
  assert.equal(join.part({ ...came, part: 6 }), null);
  assert.equal(join.part({ ...came, part: 8, kind: "audio" }), null);
  assert.deepEqual(join.part({ ...came, part: 8, cameAt: 150 }), { bytes: 3_000, tookMs: 50 });
  assert.equal(join.part({ ...came, part: 8 }), null);
});

test("parts that were made after the join tell the encoder's pace and do not count", () => {
  const join = new JoinMeasure({ at: 100, newest: 8 });
  assert.equal(join.part({ kind: "video", part: 9, bytes: 1_000, cameAt: 500 }), null);
});
