import assert from "node:assert/strict";
import test from "node:test";
import { noticeOf, type NoticeParts } from "./notice.ts";

const parts: NoticeParts = {
  phase: "playing",
  stopped: null,
  last: null,
  now: 10_000,
  attempts: 0,
};

test("who simply plays is told nothing, and everybody else one sentence", () => {
  assert.equal(noticeOf(parts), null);
  for (const phase of ["finding", "starting", "waiting", "paused"] as const)
    assert.match(noticeOf({ ...parts, phase }) ?? "", /[.…]$/);
  assert.equal(noticeOf({ ...parts, phase: "stopped", stopped: "Nothing left." }), "Nothing left.");
});

test("a trouble is told for a while, and a player that starts again says what can be done", () => {
  const last = { at: 5_000, sentence: "Edge a did not deliver." };
  assert.equal(noticeOf({ ...parts, last }), last.sentence);
  assert.equal(noticeOf({ ...parts, last, now: 12_000 }), null);
  assert.match(
    noticeOf({ ...parts, phase: "starting", last, now: 60_000, attempts: 1 }) ?? "",
    /^Edge a did not deliver\..*starts again/,
  );
});
