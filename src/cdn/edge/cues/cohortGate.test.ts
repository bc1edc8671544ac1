import assert from "node:assert/strict";
import { test } from "node:test";
import { CueStage } from "./cueStage.ts";
import { UNHEARD_AFTER_MS, UNNAMED_AFTER_MS, WAITING_LIMIT } from "./limits.ts";
import { Releases } from "./releases.ts";

const roma = (afterMs: number): { cohort: string; afterMs: number }[] => [
  { cohort: "it/roma", afterMs },
];

test("a cue is released to a cohort when its instant has come, and not a millisecond before", async (t) => {
  const stage = new CueStage(t);
  stage.hub.release(roma(4_000));
  const gated = await stage.listen("cohort=it/roma");
  const player = await stage.listen();
  const seq = stage.origin.enter(stage.now + 1_000);
  await stage.settle();
  assert.deepEqual([player.cues, gated.cues], [[seq], []]);
  await stage.pass(4_999);
  assert.deepEqual(gated.cues, []);
  await stage.pass(1);
  assert.deepEqual(gated.cues, [seq]);
  assert.deepEqual(stage.hub.figures.cohorts, {
    "it/roma": { listeners: 1, waiting: 0, released: 1 },
  });
});

test("a delay that rises holds a waiting cue for longer; one that falls lets it go at once when its time is past", async (t) => {
  const stage = new CueStage(t);
  stage.hub.release(roma(3_000));
  const gated = await stage.listen("cohort=it/roma");
  const seq = stage.origin.enter(stage.now);
  await stage.pass(2_900);
  stage.hub.release(roma(6_000));
  await stage.pass(3_000);
  assert.deepEqual(gated.cues, []);
  stage.hub.release(roma(5_901));
  await stage.settle();
  assert.deepEqual(gated.cues, []);
  stage.hub.release(roma(5_900));
  await stage.settle();
  assert.deepEqual(gated.cues, [seq]);
});

test("a cue that is entered after its instant is released at once", async (t) => {
  const stage = new CueStage(t);
  stage.hub.release(roma(2_000));
  const gated = await stage.listen("cohort=it/roma");
  const seq = stage.origin.enter(stage.now - 2_500);
  await stage.settle();
  assert.deepEqual(gated.cues, [seq]);
});

test("cues go by media time; the id never passes one that still waits, so that coming back loses none", async (t) => {
  const stage = new CueStage(t);
  stage.hub.release(roma(1_000));
  const gated = await stage.listen("cohort=it/roma");
  const later = stage.origin.enter(stage.now + 3_000);
  await stage.settle();
  const sooner = stage.origin.enter(stage.now);
  await stage.pass(1_000);
  assert.deepEqual([gated.cues, gated.told], [[sooner], [`cue ${later - 1}`]]);
  gated.leave();
  const back = await stage.listen("cohort=it/roma", [["Last-Event-ID", String(later - 1)]]);
  assert.deepEqual(back.cues, [sooner], "told again, under the same number");
  await stage.pass(3_000);
  assert.deepEqual(back.cues, [sooner, later]);
  assert.equal(back.told.at(-1), `cue ${sooner}`);
});

test("replay gives nothing that is not released, whatever is asked for", async (t) => {
  const stage = new CueStage(t);
  stage.hub.release(roma(2_000));
  const player = await stage.listen();
  const past = stage.origin.enter(stage.now - 5_000);
  await stage.settle();
  const future = stage.origin.enter(stage.now + 5_000);
  await stage.pass(100);
  assert.deepEqual(player.cues, [past, future]);
  for (const from of [1, past, future, future + 1]) {
    const gated = await stage.listen(`cohort=it/roma&from=${from}`);
    assert.ok(!gated.cues.includes(future), `from ${from}`);
    assert.equal(gated.cues.includes(past), from <= past);
    gated.leave();
  }
  const fresh = await stage.listen("cohort=it/roma");
  assert.deepEqual(fresh.cues, [], "what was released before it came is no news");
  await stage.pass(7_000);
  assert.deepEqual(fresh.cues, [future]);
});

test("who comes back before it was told anything goes on where its stream began", async (t) => {
  const stage = new CueStage(t);
  stage.hub.release(roma(1_000));
  const gated = await stage.listen("cohort=it/roma");
  const [, id] = /id: (\d+)\nevent: hello/.exec(gated.text) ?? [];
  gated.leave();
  const seq = stage.origin.enter(stage.now);
  await stage.pass(2_000);
  const back = await stage.listen("cohort=it/roma", [["Last-Event-ID", String(id)]]);
  assert.deepEqual(back.cues, [seq]);
});

test("a gate that is full drops what is due last, says so, and never replays it before its instant", async (t) => {
  const stage = new CueStage(t);
  stage.hub.release(roma(1_000));
  const gated = await stage.listen("cohort=it/roma");
  const last = stage.origin.enter(stage.now + 59_000);
  for (let entered = 0; entered < WAITING_LIMIT; entered += 1)
    stage.origin.enter(stage.now + 30_000);
  await stage.pass(10_000);
  assert.deepEqual([gated.cues, gated.told.length], [[], 1]);
  assert.match(gated.text, new RegExp(`"from":${last},"to":${last},"count":1`));
  assert.equal(stage.hub.figures.counts.overflowed, 1);
  const back = await stage.listen(`cohort=it/roma&from=${last}`);
  assert.deepEqual(back.cues, []);
});

test("never heard of, a cohort waits for the slowest viewer that there may be; not named, longer than broadcast and the slowest", () => {
  const releases = new Releases();
  assert.equal(releases.afterMs("it/roma"), UNHEARD_AFTER_MS);
  releases.hear([]);
  assert.equal(releases.afterMs("it/roma"), UNNAMED_AFTER_MS);
  releases.hear(roma(2_500));
  assert.equal(releases.afterMs("it/roma"), 2_500);
  assert.equal(releases.afterMs("it/rome"), UNNAMED_AFTER_MS);
  releases.hear(roma(14_000));
  assert.equal(releases.afterMs("it/rome"), 14_000);
  releases.hear([]);
  assert.equal(releases.afterMs("it/roma"), 14_000, "its last word is longer than broadcast");
  releases.hear(roma(1_000));
  releases.hear([]);
  assert.equal(releases.afterMs("it/roma"), UNNAMED_AFTER_MS);
});
