import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { partEnd, partIndex, segmentStart, standardGrid } from "#media/grid";
import { Bench, framesOf, SEGMENT, settled } from "./fixtures/encoder.ts";
import { OVERDUE_CHECK_MS, OVERDUE_MS, SOURCE_DELAY_LIMIT_MS } from "./limits.ts";

async function live(...renditions: string[]): Promise<Bench> {
  const bench = new Bench();
  for (const rendition of renditions) await bench.header(rendition);
  return bench;
}
const gapsOf = (bench: Bench, segment: number, rendition = "v720"): string =>
  bench.store
    .parts(rendition, segment)
    .map((part) => (part.gap ? "-" : "x"))
    .join("");
const path = (segment: number, rendition = "v720"): string =>
  `/ingest/match/${rendition}/${segment}.m4s`;

test("with no ingest at all the timeline goes on, a gap for each part", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT);
  bench.clock.advance(ms(OVERDUE_MS + 10_000));
  const newest = bench.store.newest("v720");
  assert.ok(newest);
  const behind = bench.clock.utc() - partEnd(standardGrid, newest);
  assert.ok(behind >= OVERDUE_MS && behind < OVERDUE_MS + 320 + OVERDUE_CHECK_MS, `${behind}`);
  assert.equal(gapsOf(bench, SEGMENT), "xxxxxx");
  assert.equal(gapsOf(bench, SEGMENT + 1), "------");
});

test("a part is no gap until it is overdue", async () => {
  const bench = await live("v720");
  await bench.post(path(SEGMENT), framesOf({ segment: SEGMENT, part: 0 }));
  const due = partEnd(standardGrid, { segment: SEGMENT, part: 1 });
  bench.at(utcMs(due + OVERDUE_MS - OVERDUE_CHECK_MS));
  assert.equal(gapsOf(bench, SEGMENT), "x");
  bench.at(utcMs(due + OVERDUE_MS + OVERDUE_CHECK_MS));
  assert.equal(gapsOf(bench, SEGMENT), "x-");
});

test("a rendition that stops is kept in step with one that goes on", async () => {
  const bench = await live("v720", "a128");
  for (const rendition of ["v720", "a128"]) await bench.segment(rendition, SEGMENT);
  for (let segment = SEGMENT + 1; segment < SEGMENT + 4; segment += 1)
    await bench.segment("a128", segment);
  bench.clock.advance(ms(OVERDUE_MS + OVERDUE_CHECK_MS));
  const [video, audio] = [bench.store.newest("v720"), bench.store.newest("a128")];
  assert.ok(video && audio);
  assert.deepEqual(video, audio);
  assert.equal(gapsOf(bench, SEGMENT + 2), "------");
});

test("ingest resumes by itself at a segment boundary, never inside", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT);
  bench.at(partEnd(standardGrid, { segment: SEGMENT + 3, part: 1 }));
  const inside = [2, 3, 4, 5].flatMap((part) => framesOf({ segment: SEGMENT + 3, part }));
  const push = bench.push(path(SEGMENT + 3));
  bench.at(segmentStart(standardGrid, SEGMENT + 4));
  push.body.send(...inside).end();
  assert.equal((await push.answered).status, 200);
  await bench.segment("v720", SEGMENT + 4);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((n) => gapsOf(bench, SEGMENT + n)),
    ["xxxxxx", "------", "------", "------", "xxxxxx"],
  );
  assert.equal(bench.ingest.counters.partsAfterGap, 4);
});

test("a rendition begins at a segment boundary", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT, {}, [3, 4, 5]);
  assert.equal(bench.store.newest("v720"), null);
  await bench.segment("v720", SEGMENT + 1);
  assert.equal(bench.store.oldestSegment("v720"), SEGMENT + 1);
});

test("a part that an encoder leaves out makes the rest of its segment a gap, at once", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT, {}, [0, 1, 3, 4]);
  assert.equal(gapsOf(bench, SEGMENT), "xx---");
  await bench.segment("v720", SEGMENT + 1);
  assert.equal(gapsOf(bench, SEGMENT), "xx----");
  assert.equal(gapsOf(bench, SEGMENT + 1), "xxxxxx");
});

test("what comes after its gap was declared is counted and dropped, and the body is not refused", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT);
  bench.at(utcMs(segmentStart(standardGrid, SEGMENT + 2) + OVERDUE_MS + OVERDUE_CHECK_MS));
  assert.equal(gapsOf(bench, SEGMENT + 1), "------");
  const late = [0, 1, 2, 3, 4, 5].flatMap((part) => framesOf({ segment: SEGMENT + 1, part }));
  assert.equal((await bench.post(path(SEGMENT + 1), late)).status, 200);
  assert.equal(bench.ingest.counters.lateParts, 6);
  assert.equal(gapsOf(bench, SEGMENT + 1), "------");
});

test("a source that always runs seconds late is not late", async () => {
  const bench = await live("v720");
  const delay = 4_000;
  for (let index = 0; index < 60; index += 1) {
    const position = { segment: SEGMENT + Math.floor(index / 6), part: index % 6 };
    bench.at(utcMs(partEnd(standardGrid, position) + delay));
    const push = bench.push(path(position.segment));
    push.body.send(...framesOf(position)).end();
    await push.answered;
  }
  assert.equal(bench.ingest.counters.parts, 60);
  assert.equal(bench.store.counters.gaps, 0);
});

test("a link that has become slow is waited for after some gaps", async () => {
  const bench = await live("v720");
  for (let segment = SEGMENT; segment < SEGMENT + 3; segment += 1)
    await bench.segment("v720", segment);
  const slow = 5_000;
  for (let segment = SEGMENT + 3; segment < SEGMENT + 20; segment += 1) {
    bench.at(utcMs(segmentStart(standardGrid, segment + 1) + slow));
    await bench.segment("v720", segment);
  }
  assert.equal(gapsOf(bench, SEGMENT + 19), "xxxxxx");
  assert.ok(slow < SOURCE_DELAY_LIMIT_MS);
});

test("after a sleep of an hour a window of gaps is declared, and no more", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT);
  const hour = 3_600_000;
  const before = bench.store.counters.gaps;
  bench.store.declareGaps(
    "v720",
    partIndex(standardGrid, { segment: SEGMENT, part: 0 }) + hour / 320,
    bench.clock.utc(),
  );
  assert.ok(bench.store.counters.gaps - before <= 20 * 6);
});

test("two sources at once: the first holds the segment, the other is refused and counted", async () => {
  const bench = await live("v720");
  const [one, other] = ["192.0.2.1", "192.0.2.2"].map((address) =>
    bench.push(path(SEGMENT), { address }),
  );
  assert.ok(one && other);
  const frames = framesOf({ segment: SEGMENT, part: 0 });
  one.body.send(...frames.slice(0, 1));
  await settled();
  other.body.send(...framesOf({ segment: SEGMENT, part: 0 }, { fill: 90 }));
  const reply = await other.answered;
  assert.deepEqual([reply.status, reply.code], [409, "packager/other-source"]);
  assert.equal(other.body.left, true);
  one.body.send(...frames.slice(1)).end();
  assert.equal((await one.answered).status, 200);
  assert.equal(bench.ingest.counters.otherSources, 1);
  assert.equal(gapsOf(bench, SEGMENT), "x");
});

test("another source may take over at the next segment, not inside one", async () => {
  const bench = await live("v720");
  await bench.post(path(SEGMENT), framesOf({ segment: SEGMENT, part: 0 }), {
    address: "192.0.2.1",
  });
  const inside = await bench.post(path(SEGMENT), framesOf({ segment: SEGMENT, part: 1 }), {
    address: "192.0.2.2",
  });
  assert.equal(inside.code, "packager/other-source");
  bench.at(segmentStart(standardGrid, SEGMENT + 1));
  const next = framesOf({ segment: SEGMENT + 1, part: 0 });
  assert.equal((await bench.post(path(SEGMENT + 1), next, { address: "192.0.2.2" })).status, 200);
  assert.equal(gapsOf(bench, SEGMENT + 1), "x");
});

test("after a reconnect the same encoder sends the segment again or goes on with it", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT, {}, [0, 1]);
  await bench.segment("v720", SEGMENT, {}, [0, 1, 2]);
  assert.equal(bench.ingest.counters.duplicateParts, 2);
  await bench.segment("v720", SEGMENT, {}, [3, 4, 5]);
  assert.equal(gapsOf(bench, SEGMENT), "xxxxxx");
});

test("a part sent again with other bytes is another encoder's, and refused", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT, {}, [0, 1]);
  const reply = await bench.segment("v720", SEGMENT, { fill: 50 }, [0, 1, 2]);
  assert.equal(reply.code, "packager/other-source");
  assert.equal(gapsOf(bench, SEGMENT), "xx");
});

test("a source that claimed a segment and gave nothing of it does not keep others out", async () => {
  const bench = await live("v720");
  const foreign = framesOf({ segment: SEGMENT, part: 0 }).slice(1);
  assert.equal(
    (await bench.post(path(SEGMENT), foreign, { address: "192.0.2.9" })).code,
    "packager/off-grid",
  );
  await bench.segment("v720", SEGMENT);
  assert.equal(gapsOf(bench, SEGMENT), "xxxxxx");
});

test("closing stops the declaring of gaps, once or twice", async () => {
  const bench = await live("v720");
  await bench.segment("v720", SEGMENT);
  await bench.ingest.close();
  await bench.ingest.close();
  bench.clock.advance(ms(60_000));
  assert.equal(bench.store.counters.gaps, 0);
});
