import assert from "node:assert/strict";
import test from "node:test";
import { Story } from "./notice.ts";

const NOW = 10_000;
const moment = { phase: "playing", now: NOW, attempts: 0 } as const;

test("who simply plays is told nothing, and everybody else one sentence", () => {
  const story = new Story();
  assert.equal(story.notice(moment), null);
  for (const phase of ["finding", "starting", "waiting", "paused"] as const)
    assert.match(story.notice({ ...moment, phase }) ?? "", /[.…]$/);
  story.stop({ at: NOW, sentence: "Nothing is left." });
  assert.ok(story.isStopped);
  assert.match(story.notice({ ...moment, phase: "stopped" }) ?? "", /^Nothing is left\..*r to try/);
  story.resume();
  assert.ok(!story.isStopped);
});

test("a trouble is told for a while, and a player that starts again says what can be done", () => {
  const story = new Story();
  const sentence = "Edge a did not deliver.";
  story.trouble({ at: NOW - 5_000, sentence });
  assert.equal(story.notice(moment), sentence);
  assert.equal(story.notice({ ...moment, now: NOW + 2_000 }), null);
  assert.match(
    story.notice({ phase: "starting", now: NOW + 60_000, attempts: 1 }) ?? "",
    /^Edge a did not deliver\..*starts again/,
  );
});

test("a few troubles are kept, the newest", () => {
  const story = new Story();
  for (let at = 0; at < 100; at += 1) story.trouble({ at, sentence: `${at}` });
  assert.equal(story.troubles.length, 20);
  assert.equal(story.troubles.at(-1)?.at, 99);
});
