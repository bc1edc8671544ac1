import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ladders } from "../ladder.ts";
import { ENCODER_LEAD_MS } from "../limits.ts";
import { audioArguments, KEY_FRAME_MS, videoArguments } from "./arguments.ts";
import { planFrom } from "./encoder.ts";

test("whenever an encoder starts, it counts from a segment's first frame, within one segment and its lead", () => {
  const specs = fc.constantFrom(
    { unitMs: 20, unitsPerSegment: 96, from: 0 },
    { unitMs: 40, unitsPerSegment: 48, from: 0 },
    { unitMs: 1024 / 48, unitsPerSegment: 90, from: 0 },
  );
  fc.assert(
    fc.property(specs, fc.integer({ min: 8e10, max: 9e10 }), (spec, index) => {
      const { first, boundary } = planFrom(spec, index);
      assert.equal(boundary % spec.unitsPerSegment, 0);
      const wait = (boundary - index) * spec.unitMs;
      assert.ok(wait >= ENCODER_LEAD_MS && wait < ENCODER_LEAD_MS + 1_920 + spec.unitMs);
      assert.ok(first >= index && first <= boundary, "only what is still to come is fed");
      assert.ok(
        (boundary - first) * spec.unitMs < KEY_FRAME_MS,
        "the boundary's key frame is the first forced one",
      );
    }),
  );
});

test("encoders that start apart begin with the same segment when they are told one", () => {
  const segment = 935_053_000;
  const video = planFrom(
    { unitMs: 20, unitsPerSegment: 96, from: segment * 96 },
    segment * 96 - 130,
  );
  const audio = planFrom(
    { unitMs: 1024 / 48, unitsPerSegment: 90, from: segment * 90 },
    segment * 90 - 40,
  );
  assert.equal(video.boundary, segment * 96);
  assert.equal(audio.boundary, segment * 90);
});

test("every rung has key frames at the same frames: closed groups of 0.96 s, counted from the boundary", () => {
  for (const ladder of Object.values(ladders)) {
    const args = videoArguments(ladder, { preroll: 16, preset: "ultrafast" });
    const values = (name: string): string[] => args.filter((_, index) => args[index - 1] === name);
    const gop = String(0.96 * ladder.fps);
    assert.deepEqual(
      values("-g"),
      Array.from({ length: 3 }, () => gop),
    );
    assert.deepEqual(
      new Set(values("-force_key_frames")),
      new Set([`expr:eq(mod(n-16,${gop}),0)`]),
    );
    assert.deepEqual(values("-sc_threshold"), ["0", "0", "0"]);
    assert.equal(values("-i").length, 1, "one input is read without polling");
    for (const { width, height } of ladder.rungs)
      assert.equal((width | height) & 1, 0, "even sizes");
  }
  assert.ok(audioArguments(ladders.small).includes("128k"));
});
