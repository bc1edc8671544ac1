import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { cueHelloSchema, cueLossSchema, parseJson } from "#protocol";
import { CueStage, FIRST } from "./cueStage.ts";
import {
  CHANNELS_LIMIT,
  CUES_REPLAYED,
  FIRST_WORD_MS,
  GATES_LIMIT,
  KEEP_ALIVE_MS,
  LINGER_MS,
  LISTENER_BACKLOG_BYTES,
  LISTENERS_LIMIT,
  REPLAYED_MS,
  RETRY_MS,
} from "./limits.ts";

const dataOf = (text: string, event: string): string =>
  new RegExp(`event: ${event}\\ndata: (.*)\\n`).exec(text)?.[1] ?? "";

test("a stream is greeted, told when to come back, and told each cue under its number", async (t) => {
  const stage = new CueStage(t);
  const listener = await stage.listen();
  assert.equal(listener.status, 200);
  const type = new Map(listener.headers).get("Content-Type");
  assert.equal(type, "text/event-stream");
  const retry = Number(/^retry: (\d+)\n\n/.exec(listener.text)?.[1]);
  assert.ok(retry >= RETRY_MS.least && retry <= RETRY_MS.most);
  const hello = parseJson("hello", cueHelloSchema, dataOf(listener.text, "hello"));
  assert.equal(hello.from, FIRST);
  const first = stage.origin.enter(stage.now);
  await stage.settle();
  const second = stage.origin.enter(stage.now);
  await stage.settle();
  assert.deepEqual(listener.told, [`cue ${first}`, `cue ${second}`]);
  assert.match(listener.text, /id: \d+\nevent: cue\ndata: \{"v":1.*\}\n\n$/);
});

test("one follower asks for all listeners, and for nobody when nobody has listened for a while", async (t) => {
  const stage = new CueStage(t);
  const listeners = [await stage.listen(), await stage.listen(), await stage.listen()];
  assert.deepEqual(stage.origin.asked, ["/match/cues.json", `/match/cues/${FIRST}.json`]);
  for (const listener of listeners) listener.leave();
  await stage.pass(LINGER_MS - 1_000, 5_000);
  assert.equal(stage.origin.holding, 1, "they may come back");
  await stage.pass(1_000);
  assert.equal(stage.origin.holding, 0);
  const { channels, ends } = stage.hub.figures;
  assert.deepEqual([channels, ends.left], [0, 3]);
});

test("who comes back by the last id, or from a number, is told what it missed and nothing twice", async (t) => {
  const stage = new CueStage(t);
  const early = await stage.listen();
  const seqs = [0, 1, 2, 3].map(() => stage.origin.enter(stage.now));
  await stage.settle();
  await stage.pass(100);
  assert.deepEqual(early.cues, seqs);
  const back = await stage.listen("", [["Last-Event-ID", String(seqs[1])]]);
  assert.deepEqual(back.cues, seqs.slice(2));
  const named = await stage.listen(`from=${seqs[3]}`);
  assert.deepEqual(named.cues, seqs.slice(3));
  const both = await stage.listen(`from=${seqs[0]}`, [["Last-Event-ID", String(seqs[3])]]);
  const last = stage.origin.enter(stage.now);
  await stage.settle();
  assert.deepEqual(both.cues, [last], "the last id is nearer to the truth than the address");
  const ahead = await stage.listen(`from=${last + 2}`);
  stage.origin.enter(stage.now);
  await stage.settle();
  assert.deepEqual(ahead.cues, [], "another edge has told it that one already");
});

test("an edge that begins in the middle of a match fetches what it may have to tell, and no more", async (t) => {
  const stage = new CueStage(t);
  for (let entered = 0; entered < CUES_REPLAYED + 50; entered += 1) stage.origin.enter(stage.now);
  const listener = await stage.listen(`from=${FIRST}`);
  await stage.pass(500);
  assert.equal(listener.cues.length, CUES_REPLAYED);
  assert.equal(listener.cues.at(-1), stage.origin.next - 1);
  const loss = parseJson("loss", cueLossSchema, dataOf(listener.text, "lost"));
  assert.deepEqual([loss.from, loss.to, loss.count], [FIRST, FIRST + 49, 50]);
});

test("without a place to go on from, a player is told what its picture may not have reached", async (t) => {
  const stage = new CueStage(t);
  stage.origin.enter(stage.now - 40_000);
  const near = stage.origin.enter(stage.now - 5_000);
  const ahead = stage.origin.enter(stage.now + 5_000);
  const waiting = await stage.listen();
  await stage.pass(100);
  const late = await stage.listen();
  assert.deepEqual(late.cues, [near, ahead]);
  assert.equal(waiting.cues.at(-1), ahead);
});

test("cues that are too old are not remembered, and who asks for them is told that they are lost", async (t) => {
  const stage = new CueStage(t);
  await stage.listen();
  const old = stage.origin.enter(stage.now);
  await stage.settle();
  stage.clock.advance(ms(REPLAYED_MS + 1));
  const fresh = stage.origin.enter(stage.now);
  await stage.pass(3_000);
  const back = await stage.listen(`from=${old}`);
  assert.deepEqual(back.told, [`lost ${old}`, `cue ${fresh}`]);
});

test("a number that is gone is told as lost, exactly so many, and what comes after it follows", async (t) => {
  const stage = new CueStage(t);
  const listener = await stage.listen();
  const first = stage.origin.enter(stage.now);
  await stage.settle();
  stage.origin.failing = [502, 502];
  for (let entered = 0; entered < 5; entered += 1) stage.origin.enter(stage.now);
  stage.origin.forget(first + 4);
  await stage.pass(3_000);
  assert.deepEqual(listener.told, [
    `cue ${first}`,
    `cue ${first + 1}`,
    `lost ${first + 3}`,
    `cue ${first + 4}`,
    `cue ${first + 5}`,
  ]);
  const { counts } = stage.hub.figures;
  assert.deepEqual([counts.lost, counts.followed, counts.anew], [2, 4, 0]);
});

test("an upstream that fails is asked for the same number until it answers: none is passed over", async (t) => {
  const stage = new CueStage(t);
  const listener = await stage.listen();
  stage.origin.failing = [404, 502, 504, 0, 500, 404, 410];
  stage.origin.endHolds();
  await stage.pass(1_000);
  assert.ok(stage.origin.asked.length < 12, "with pauses in between");
  const seq = stage.origin.enter(stage.now);
  await stage.pass(12_000);
  assert.deepEqual(listener.told, [`cue ${seq}`]);
  assert.equal(stage.hub.figures.counts.lost, 0);
});

test("the numbering begins anew: nobody knows what is missing, and the new run is told from its oldest", async (t) => {
  const stage = new CueStage(t);
  const listener = await stage.listen();
  const before = stage.origin.enter(stage.now);
  await stage.settle();
  stage.origin.restart(FIRST + 500_000);
  const after = stage.origin.enter(stage.now);
  await stage.pass(1_000);
  assert.deepEqual(listener.told, [`cue ${before}`, `lost ${after - 1}`, `cue ${after}`]);
  const loss = parseJson("loss", cueLossSchema, dataOf(listener.text, "lost"));
  assert.equal(loss.count, null);
  assert.equal(stage.hub.figures.counts.anew, 1);
});

test("what is no cue of its number is lost by name, and never shown", async (t) => {
  const stage = new CueStage(t);
  const listener = await stage.listen();
  for (const text of ["<html>", '{"v":1,"seq":7,"mediaTimeMs":1}', "x".repeat(9_000)])
    stage.origin.put(stage.origin.next, text);
  const good = stage.origin.enter(stage.now, { data: { text: "a\nb" } });
  await stage.pass(30_000, 250);
  assert.deepEqual(listener.cues, [good]);
  const { counts } = stage.hub.figures;
  assert.deepEqual([counts.lost, counts.followed], [3, 1]);
  assert.ok(!listener.text.includes("<html>"));
});

test("a listener that takes nothing is cut, and the others hear on", async (t) => {
  const stage = new CueStage(t);
  const slow = await stage.listen();
  const good = await stage.listen();
  slow.backlog = LISTENER_BACKLOG_BYTES + 1;
  const seq = stage.origin.enter(stage.now);
  await stage.settle();
  assert.deepEqual([slow.broken, slow.cues, good.cues], [true, [], [seq]]);
  const { listeners, ends } = stage.hub.figures;
  assert.deepEqual([listeners, ends.slow], [1, 1]);
});

test("each listener hears a comment within the time of a keep-alive", async (t) => {
  const stage = new CueStage(t);
  const listeners = [await stage.listen(), await stage.listen("cohort=it/roma")];
  await stage.pass(KEEP_ALIVE_MS + 1_000, 250);
  for (const { text } of listeners) assert.match(text, /\n:\n\n$/);
});

test("upstream silent at first: the stream begins all the same, and is told when there is something", async (t) => {
  const stage = new CueStage(t);
  stage.origin.failing = Array.from({ length: 6 }, () => 502);
  const listener = await stage.listen();
  assert.equal(listener.status, 0);
  await stage.pass(FIRST_WORD_MS);
  assert.equal(listener.status, 200);
  const seq = stage.origin.enter(stage.now);
  await stage.pass(10_000);
  assert.deepEqual(listener.cues, [seq]);
});

test("a channel that is none has no stream; what cannot be read is refused; more channels than may be are refused", async (t) => {
  const stage = new CueStage(t);
  stage.origin.failing = [404];
  assert.equal((await stage.listen("", [], { channel: "other" })).status, 404);
  for (const query of ["from=x", "from=0", "from=1e3", "cohort=roma", "cohort=it%2F..", "cohort="])
    assert.equal((await stage.listen(query)).status, 400, query);
  assert.equal((await stage.listen("", [], { method: "POST" })).status, 405);
  assert.equal((await stage.listen("", [], { method: "HEAD" })).status, 200);
  stage.origin.failing = Array.from({ length: 99 }, () => 503);
  const channels = Array.from({ length: CHANNELS_LIMIT + 1 }, (_, number) => `c${number}`);
  const listeners = [];
  for (const channel of channels) listeners.push(await stage.listen("", [], { channel }));
  assert.equal(listeners.at(-1)?.status, 503);
  const { ends } = stage.hub.figures;
  assert.deepEqual([ends.unknownChannel, ends.badQuery, ends.crowded], [1, 6, 1]);
});

test("so many cohorts have a gate and so many listen, and no more", async (t) => {
  const stage = new CueStage(t);
  await stage.listen("cohort=it/place-0");
  for (let cohort = 1; cohort < GATES_LIMIT; cohort += 1) stage.join(`cohort=it/place-${cohort}`);
  assert.equal((await stage.listen("cohort=it/beyond")).status, 503);
  assert.equal((await stage.listen("cohort=it/place-7")).status, 200);
  for (let more = GATES_LIMIT + 1; more < LISTENERS_LIMIT; more += 1)
    assert.equal(stage.join().status, 200);
  assert.equal(stage.join().status, 503);
  const { listeners, ends } = stage.hub.figures;
  assert.deepEqual([listeners, ends.crowded], [LISTENERS_LIMIT, 2]);
});

test("an edge that hands over ends its streams, and sends who comes back to its successor", async (t) => {
  const stage = new CueStage(t);
  const listener = await stage.listen();
  stage.hub.drain();
  assert.equal(listener.ended, true);
  const back = await stage.listen();
  assert.deepEqual([back.status, back.ended], [200, true]);
  assert.match(back.text, /^retry: \d+\n\n$/);
});
