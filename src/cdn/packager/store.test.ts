import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, RegistaError, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import { partStart, segmentStart, standardGrid } from "#media/grid";
import type { MediaHop } from "#protocol";
import { type Part, PartStore, stampHops, type StoreLimits } from "./index.ts";

const FIRST = 935_053_000;
const rendition = "v720";

function openStore(limits: Partial<StoreLimits> = {}) {
  const clock = manualClock(segmentStart(standardGrid, FIRST));
  const store = new PartStore(
    { channel: "match", grid: standardGrid, limits },
    { clock, log: silentLog },
  );
  store.describe({
    rendition,
    kind: "video",
    codec: "avc1.64001f",
    timescale: 90_000,
    init: { bytes: new Uint8Array(4), hash: "00000000" },
  });
  return { clock, store };
}

function partOf(segment: number, part: number, size = 100): Part {
  const captureMs = partStart(standardGrid, { segment, part });
  const arrival = { firstByteAt: utcMs(captureMs + 50), lastByteAt: utcMs(captureMs + 370) };
  return {
    segment,
    part,
    bytes: new Uint8Array(size),
    independent: part % 3 === 0,
    gap: false,
    frames: 16,
    captureMs,
    ...arrival,
  };
}

function fill(store: PartStore, segment: number, size = 100): void {
  for (let part = 0; part < 6; part += 1) store.append(rendition, partOf(segment, part, size));
}

test("parts are answered in order, and the newest is known", () => {
  const { store } = openStore();
  assert.equal(store.newest(rendition), null);
  store.append(rendition, partOf(FIRST, 0));
  store.append(rendition, partOf(FIRST, 1));
  assert.deepEqual(store.newest(rendition), { segment: FIRST, part: 1 });
  assert.deepEqual(
    store.parts(rendition, FIRST).map((part) => part.part),
    [0, 1],
  );
  assert.equal(store.isComplete(rendition, FIRST), false);
  assert.deepEqual(store.parts(rendition, FIRST + 1), []);
  assert.deepEqual(store.parts("unknown", FIRST), []);
  assert.equal(store.oldestSegment("unknown"), null);
});

test("what is missing before a part becomes gaps, so that every segment has all its parts", () => {
  const { store } = openStore();
  store.append(rendition, partOf(FIRST, 0));
  store.append(rendition, partOf(FIRST + 1, 0));
  assert.equal(store.isComplete(rendition, FIRST), true);
  assert.deepEqual(
    store.parts(rendition, FIRST).map((part) => part.gap),
    [false, true, true, true, true, true],
  );
  const [, gap] = store.parts(rendition, FIRST);
  assert.equal(gap?.bytes.length, 0);
  assert.equal(gap?.captureMs, partStart(standardGrid, { segment: FIRST, part: 1 }));
  assert.deepEqual([store.counters.parts, store.counters.gaps], [2, 5]);
});

test("the window holds whole segments and lets the oldest go", () => {
  const { store } = openStore({ windowMs: 5_000 });
  for (let segment = FIRST; segment < FIRST + 10; segment += 1) fill(store, segment);
  assert.equal(store.oldestSegment(rendition), FIRST + 6);
  assert.equal(store.counters.evictedSegments, 6);
  assert.equal(store.bytes, 4 * 6 * 100);
});

test("a hole longer than the window costs a window of gaps, no more", () => {
  const { store } = openStore({ windowMs: 5_000 });
  fill(store, FIRST);
  store.append(rendition, partOf(FIRST + 1_000_000, 0));
  assert.equal(store.oldestSegment(rendition), FIRST + 999_997);
  assert.equal(store.counters.gaps, 18);
  assert.deepEqual(store.newest(rendition), { segment: FIRST + 1_000_000, part: 0 });
});

test("bytes stay under their limit: the oldest segment goes first, the growing one stays", () => {
  const { store } = openStore({ bytes: 1_500 });
  for (let segment = FIRST; segment < FIRST + 5; segment += 1) {
    fill(store, segment);
    assert.ok(store.bytes <= 1_500);
  }
  assert.equal(store.oldestSegment(rendition), FIRST + 3);
  fill(store, FIRST + 5, 1_000);
  assert.equal(store.isComplete(rendition, FIRST + 5), true);
});

test("a channel takes so many renditions and no more", () => {
  const { store } = openStore({ renditions: 2 });
  const [track] = store.tracks();
  assert.ok(track);
  store.describe({ ...track, rendition: "v480" });
  assert.throws(
    () => store.describe({ ...track, rendition: "v360" }),
    (failure) => failure instanceof RegistaError && failure.code === "packager/too-many-renditions",
  );
  store.describe({ ...track, rendition: "v480" });
  assert.equal(store.tracks().length, 2);
});

test("a listener hears of a part in the turn in which it is stored, and a failing one harms nobody", () => {
  const { store } = openStore();
  const heard: string[] = [];
  store.onPart(() => {
    throw new Error("bad listener");
  });
  const stop = store.onPart((name, part) => {
    assert.equal(store.parts(name, part.segment)[part.part], part);
    heard.push(`${part.part}${part.gap ? " gap" : ""}`);
  });
  store.append(rendition, partOf(FIRST, 0));
  store.declareGaps(rendition, FIRST * 6 + 2, utcMs(0));
  stop();
  store.append(rendition, partOf(FIRST, 2));
  assert.deepEqual(heard, ["0", "1 gap"]);
  assert.equal(store.counters.listenerFailures, 3);
});

test("who waits for a part is woken by it, or by its gap", async () => {
  const { store } = openStore();
  const first = store.waitForPart(rendition, FIRST, 0, ms(3_000));
  const second = store.waitForPart(rendition, FIRST, 1, ms(3_000));
  assert.equal(store.waiting, 2);
  store.append(rendition, partOf(FIRST, 0));
  assert.equal(await first, true);
  assert.equal(store.waiting, 1);
  store.append(rendition, partOf(FIRST, 2));
  assert.equal(await second, true);
  assert.equal(await store.waitForPart(rendition, FIRST, 0, ms(0)), true);
});

test("a wait ends false at its deadline, on abort, when the store closes, or when the part cannot come", async () => {
  const { store, clock } = openStore({ windowMs: 1_920 });
  const late = store.waitForPart(rendition, FIRST, 0, ms(3_000));
  clock.advance(ms(2_999));
  assert.equal(store.waiting, 1);
  clock.advance(ms(1));
  assert.equal(await late, false);
  const abort = new AbortController();
  const aborted = store.waitForPart(rendition, FIRST, 0, ms(3_000), abort.signal);
  abort.abort();
  assert.equal(await aborted, false);
  assert.equal(await store.waitForPart(rendition, FIRST, 0, ms(3_000), abort.signal), false);
  assert.equal(await store.waitForPart("unknown", FIRST, 0, ms(3_000)), false);
  assert.equal(await store.waitForPart(rendition, FIRST, 6, ms(3_000)), false);
  for (let segment = FIRST; segment < FIRST + 4; segment += 1) fill(store, segment);
  assert.equal(await store.waitForPart(rendition, FIRST, 0, ms(3_000)), false);
  const open = store.waitForPart(rendition, FIRST + 9, 0, ms(3_000));
  await store.close();
  await store.close();
  assert.equal(await open, false);
  assert.equal(store.waiting, 0);
});

test("waiters for parts that a jump skipped are let go", async () => {
  const { store } = openStore({ windowMs: 1_920 });
  fill(store, FIRST);
  const skipped = store.waitForPart(rendition, FIRST + 1, 0, ms(60_000));
  store.append(rendition, partOf(FIRST + 100, 0));
  assert.equal(await skipped, false);
});

test("so many may wait and no more; the next is refused at once and counted", async () => {
  const { store } = openStore({ waiters: 1 });
  const held = store.waitForPart(rendition, FIRST, 0, ms(3_000));
  assert.equal(await store.waitForPart(rendition, FIRST, 0, ms(3_000)), false);
  assert.equal(store.counters.waitersRefused, 1);
  store.append(rendition, partOf(FIRST, 0));
  assert.equal(await held, true);
});

test("rates are measured over whole segments, and tracks are the same array until something changes", () => {
  const { store } = openStore();
  fill(store, FIRST, 1_000);
  fill(store, FIRST + 1, 3_000);
  const tracks = store.tracks();
  const [track] = tracks;
  assert.equal(track?.bandwidth, (6 * 3_000 * 8_000) / 1_920);
  assert.equal(track?.averageBandwidth, (6 * 4_000 * 8_000) / 3_840);
  assert.equal(track?.frameRate, 50);
  store.append(rendition, partOf(FIRST + 2, 0, 9_000));
  assert.equal(store.tracks(), tracks);
});

test("gaps do not count in the rates", () => {
  const { store } = openStore();
  fill(store, FIRST, 1_000);
  store.append(rendition, partOf(FIRST + 3, 0, 1_000));
  for (let part = 1; part < 6; part += 1) store.append(rendition, partOf(FIRST + 3, part, 1_000));
  assert.equal(store.tracks()[0]?.averageBandwidth, 25_000);
});

test("each part is stamped when it came in and when it could be answered; gaps are not", () => {
  const { store, clock } = openStore();
  const hops: MediaHop[] = [];
  const stop = stampHops(
    store,
    { node: "origin-1", stamp: (hop) => void hops.push(hop) },
    { clock },
  );
  clock.advance(ms(371));
  store.append(rendition, partOf(FIRST, 0));
  store.declareGaps(rendition, FIRST * 6 + 2, clock.utc());
  stop();
  const start = partStart(standardGrid, { segment: FIRST, part: 0 });
  const of = { channel: "match", rendition, segment: FIRST, part: 0, node: "origin-1" };
  assert.deepEqual(hops, [
    { ...of, hop: "fill", firstByteMs: start + 50, lastByteMs: start + 370 },
    { ...of, hop: "answerable", firstByteMs: start + 370, lastByteMs: start + 371 },
  ]);
});
