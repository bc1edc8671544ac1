import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CUE_DATA_LIMIT, cueKinds, cueSchema } from "#protocol";
import { readCue } from "./index.ts";
import { cueRefusals, usefulMs } from "./cue.ts";
import { CUE_TEXT_LIMIT } from "./limits.ts";

const goal = {
  v: 1,
  seq: 88,
  mediaTimeMs: 1_795_301_700_320,
  kind: "goal",
  data: { team: "home", minute: 67 },
  enteredMs: 1_795_301_701_000,
};

const refusalOf = (value: unknown, seq: number | null = 88): string | null => {
  const read = readCue(typeof value === "string" ? value : JSON.stringify(value), seq);
  return "refused" in read ? read.refused : null;
};

test("a cue of the wire is read whole, and every kind of the wire is known", () => {
  const { v: _, ...cue } = goal;
  assert.deepEqual(readCue(JSON.stringify(goal), 88), { cue });
  assert.deepEqual(Object.keys(usefulMs).sort(), [...cueKinds].sort());
  assert.ok(CUE_TEXT_LIMIT > CUE_DATA_LIMIT + 1_000);
});

test("whatever is no cue is refused by its reason", () => {
  assert.equal(refusalOf("x".repeat(CUE_TEXT_LIMIT + 1)), "too-long");
  for (const text of ["", "null", "[]", "{", '"goal"']) assert.equal(refusalOf(text), "not-json");
  assert.equal(refusalOf({ ...goal, v: 2 }), "other-version");
  assert.equal(refusalOf({ ...goal, kind: "constructor" }), "other-kind");
  for (const seq of [0, -1, 1.5, "88", 89, null])
    assert.equal(refusalOf({ ...goal, seq }), "bad-number");
  for (const mediaTimeMs of [0, 1e300, null, "now", goal.mediaTimeMs + 3_600_000])
    assert.equal(refusalOf({ ...goal, mediaTimeMs }), "bad-time");
  const wide = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`f${at}`, at]));
  for (const data of [null, [], "x", { deep: {} }, { long: "x".repeat(501) }, wide])
    assert.equal(refusalOf({ ...goal, data }), "bad-data");
});

test("ten thousand mangled cues are read as the schema reads them, or refused by a known reason", () => {
  const text = JSON.stringify(goal);
  const cut = fc.record({
    at: fc.nat(text.length),
    drop: fc.nat(12),
    put: fc.oneof(fc.string({ maxLength: 8 }), fc.json({ maxDepth: 1 })),
  });
  for (const { at, drop, put } of fc.sample(cut, { seed: 6, numRuns: 10_000 })) {
    const mangled = text.slice(0, at) + put + text.slice(at + drop);
    const read = readCue(mangled, null);
    if ("refused" in read) assert.ok(Object.hasOwn(cueRefusals, read.refused));
    else assert.ok(cueSchema.safeParse(JSON.parse(mangled)).success, mangled);
  }
});
