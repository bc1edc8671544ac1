// Text in the part store: taken like sound, and waited for by nobody.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { partEnd, standardGrid } from "#media/grid";
import { Bench, framesOf, SEGMENT, settled } from "./fixtures/encoder.ts";
import { cueOf, textHeader, textPart } from "./fixtures/text.ts";
import { OVERDUE_CHECK_MS, OVERDUE_MS, TEXT_OVERDUE_MS } from "./limits.ts";

const path = (object: string): string => `/ingest/match/t-it/${object}`;

async function live(): Promise<Bench> {
  const bench = new Bench();
  assert.equal((await bench.post(path("init.mp4"), [textHeader()])).status, 200);
  return bench;
}

/** Sends parts of a segment, each when it is over. */
async function say(bench: Bench, segment: number, parts: readonly number[]): Promise<void> {
  const push = bench.push(path(`${segment}.m4s`));
  for (const part of parts) {
    bench.at(partEnd(standardGrid, { segment, part }));
    push.body.send(textPart({ segment, part }, [[cueOf(`${segment}.${part}`)]]));
    await settled();
  }
  push.body.end();
  assert.equal((await push.answered).status, 200);
}

/** A segment's parts: spoken, silent, or gaps. */
const shapeOf = (bench: Bench, segment: number, rendition = "t-it"): string =>
  bench.store
    .parts(rendition, segment)
    .map((part) => (part.gap ? "-" : part.silent ? "." : "x"))
    .join("");

test("text is stored like sound, with its language and its id", async () => {
  const bench = await live();
  await say(bench, SEGMENT, [0, 1, 2, 3, 4, 5]);
  const track = bench.store.track("t-it");
  assert.equal(track?.kind, "text");
  assert.deepEqual([track.codec, track.language, track.trackId], ["wvtt", "it", 3]);
  assert.equal(shapeOf(bench, SEGMENT), "xxxxxx");
  assert.ok(bench.store.parts("t-it", SEGMENT).every((part) => part.independent));
});

test("where text does not come there is silence, two parts later than pictures, and pictures go on", async () => {
  const bench = await live();
  await bench.header("v720");
  await bench.segment("v720", SEGMENT);
  const said = bench.push(path(`${SEGMENT}.m4s`));
  said.body.send(textPart({ segment: SEGMENT, part: 0 }, [[cueOf("x")]])).end();
  await said.answered;
  const due = partEnd(standardGrid, { segment: SEGMENT, part: 5 });
  bench.at(utcMs(due + TEXT_OVERDUE_MS + OVERDUE_CHECK_MS));
  assert.equal(shapeOf(bench, SEGMENT), "x.....");
  assert.equal(bench.store.counters.silentParts, 5);
  assert.equal(bench.store.counters.gaps, 0);
  assert.equal(shapeOf(bench, SEGMENT, "v720"), "xxxxxx");
  bench.clock.advance(ms(OVERDUE_MS + 10_000));
  assert.match(shapeOf(bench, SEGMENT + 3), /^\.{6}$/);
});

test("silence is a chunk that covers its part and says nothing", async () => {
  const bench = await live();
  await say(bench, SEGMENT, [0]);
  bench.clock.advance(ms(2_000));
  const part = bench.store.parts("t-it", SEGMENT)[1];
  const latin = Buffer.from(part?.bytes ?? []).toString("latin1");
  assert.ok(latin.endsWith("\0\0\0\u0010mdat\0\0\0\bvtte"));
  assert.ok(latin.includes("prft") && latin.includes("tfdt"));
});

test("speech goes on with the next part in time, also inside a segment; what is late is dropped and counted", async () => {
  const bench = await live();
  await say(bench, SEGMENT, [0]);
  bench.at(utcMs(partEnd(standardGrid, { segment: SEGMENT, part: 2 }) + TEXT_OVERDUE_MS + 100));
  assert.equal(shapeOf(bench, SEGMENT), "x..");
  const late = bench.push(path(`${SEGMENT}.m4s`));
  late.body.send(textPart({ segment: SEGMENT, part: 1 }, [[cueOf("late")]]));
  late.body.send(textPart({ segment: SEGMENT, part: 4 }, [[cueOf("in time")]]));
  late.body.end();
  assert.equal((await late.answered).status, 200);
  assert.equal(shapeOf(bench, SEGMENT), "x...x");
  assert.equal(bench.ingest.counters.lateParts, 1);
});

test("text is waited for as long as its pictures usually take", async () => {
  const bench = await live();
  await bench.header("v720");
  const frames = bench.push(`/ingest/match/v720/${SEGMENT}.m4s`);
  bench.at(utcMs(partEnd(standardGrid, { segment: SEGMENT, part: 0 }) + 1_000));
  frames.body.send(...framesOf({ segment: SEGMENT, part: 0 }));
  await settled();
  const said = bench.push(path(`${SEGMENT}.m4s`));
  said.body.send(textPart({ segment: SEGMENT, part: 0 }, [[cueOf("x")]])).end();
  await said.answered;
  const due = partEnd(standardGrid, { segment: SEGMENT, part: 1 });
  bench.at(utcMs(due + 1_000 + TEXT_OVERDUE_MS - OVERDUE_CHECK_MS));
  assert.equal(shapeOf(bench, SEGMENT), "x");
  bench.at(utcMs(due + 1_000 + TEXT_OVERDUE_MS + OVERDUE_CHECK_MS));
  assert.equal(shapeOf(bench, SEGMENT), "x.");
  frames.body.end();
  await frames.answered;
});

test("silence alone keeps no header alive: a captioner may come back with another", async () => {
  const bench = await live();
  await say(bench, SEGMENT, [0]);
  const other = textHeader("WEBVTT\nSTYLE");
  assert.equal((await bench.post(path("init.mp4"), [other])).code, "packager/header-changed");
  bench.clock.advance(ms(60_000));
  assert.equal((await bench.post(path("init.mp4"), [other])).status, 200);
});

test("a sample that is no WebVTT is refused, and the store keeps what can be read", async () => {
  const bench = await live();
  bench.at(partEnd(standardGrid, { segment: SEGMENT, part: 0 }));
  const bytes = textPart({ segment: SEGMENT, part: 0 }, [[cueOf("x")]]);
  const broken = Uint8Array.from(bytes);
  broken[Buffer.from(bytes).indexOf("vttc") - 1] = 200;
  const reply = await bench.post(path(`${SEGMENT}.m4s`), [broken]);
  assert.equal(reply.status, 400);
  assert.equal(shapeOf(bench, SEGMENT), "");
});
