import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { stage, T0, textOf } from "./fixtures/stage.ts";
import { ASK_AFTER_MS, ASKS_LIMIT, LOST_AT_ONCE_LIMIT } from "./limits.ts";

const settle = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

test("a missing number is asked for by its object, and told", async () => {
  const objects = new Map([[2, textOf(2, { mediaTimeMs: T0 + 80 })]]);
  const { say, show, clock, seqs, asked, client } = stage({ objects });
  show(0);
  say(1, { mediaTimeMs: T0 + 40 });
  say(3, { mediaTimeMs: T0 + 40 });
  clock.advance(ms(ASK_AFTER_MS));
  await settle();
  show(80);
  assert.deepEqual(asked, [2]);
  assert.deepEqual(seqs(), [1, 3, 2]);
  assert.equal(client.lost, 0);
});

test("a number that cannot be had is lost after a few askings; should it come after all, it is told", async () => {
  const { say, show, clock, seqs, asked, client } = stage();
  show(0);
  say(1);
  say(3);
  for (let time = 0; time < ASKS_LIMIT + 2; time += 1) {
    clock.advance(ms(ASK_AFTER_MS));
    await settle();
    await settle();
  }
  assert.deepEqual(asked, [2, 2, 2]);
  assert.equal(client.lost, 1);
  say(2);
  assert.deepEqual(seqs(), [1, 3, 2]);
});

test("when the entry counts from one again, its cues are new, and old ones are not told again", () => {
  const { say, show, seqs, client } = stage();
  show(60_000);
  for (const seq of [1, 2, 3]) say(seq);
  say(1, { enteredMs: T0 + 50_000 });
  say(2);
  say(2, { enteredMs: T0 + 50_001 });
  assert.deepEqual(seqs(), [1, 2, 3, 1, 2]);
  assert.equal(client.counters.renumbered, 1);
});

test("numbers that the stream names as lost are counted and not asked for", async () => {
  const { say, show, sayText, clock, asked, seqs, client } = stage();
  show(60_000);
  say(5);
  sayText("lost", JSON.stringify({ v: 1, from: 6, to: 8, count: 3 }));
  say(9);
  clock.advance(ms(ASK_AFTER_MS));
  await settle();
  assert.deepEqual([asked, seqs(), client.lost], [[], [5, 9], 3]);
  sayText("lost", JSON.stringify({ v: 1, from: 10, to: T0, count: null }));
  say(T0 + 1, { enteredMs: T0 + 100 });
  assert.deepEqual([seqs(), client.lost], [[5, 9, T0 + 1], 3]);
  for (const text of ["", "{}", '{"v":1,"from":9,"to":8,"count":1}']) sayText("lost", text);
  sayText("hello", '{"v":1,"from":1}');
  assert.equal(client.refused["bad-number"], 3);
});

test("a later run of the entry begins far above: nothing between is missed", async () => {
  const { say, show, clock, asked, seqs, client } = stage();
  show(60_000);
  say(5);
  say(5_000_000, { enteredMs: T0 + 5_000 });
  clock.advance(ms(ASK_AFTER_MS));
  await settle();
  assert.deepEqual([asked, seqs(), client.lost], [[], [5, 5_000_000], 0]);
});

test("a kind of tomorrow is passed over, counted, and not asked for again", async () => {
  const { say, show, clock, asked, seqs, client } = stage();
  show(60_000);
  say(1);
  say(2, { kind: "hologram" });
  say(3);
  clock.advance(ms(ASK_AFTER_MS));
  await settle();
  assert.deepEqual([asked, seqs(), client.refused["other-kind"]], [[], [1, 3], 1]);
});

test("a number from nowhere does not shut out those that follow", () => {
  const { say, show, seqs, sayText, client } = stage();
  show(60_000);
  say(1);
  sayText("cue", JSON.stringify({ v: 1, seq: Number.MAX_SAFE_INTEGER }));
  say(2);
  assert.deepEqual([seqs(), client.lost], [[1, 2], 0]);
  say(Number.MAX_SAFE_INTEGER, { enteredMs: T0 + 3 });
  say(3, { enteredMs: T0 + 4 });
  assert.deepEqual(seqs(), [1, 2, Number.MAX_SAFE_INTEGER, 3]);
  assert.ok(client.lost <= LOST_AT_ONCE_LIMIT);
});
