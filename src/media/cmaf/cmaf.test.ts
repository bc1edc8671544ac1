import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError, utcMs, numbersOf } from "#base";
import {
  type Box,
  BoxSplitter,
  ntpOfUtc,
  prftMoments,
  readBoxes,
  writeBoxes,
} from "#media/isobmff";
import {
  type FragmentBoxes,
  isSync,
  NON_SYNC_FLAGS,
  readFragment,
  readHeader,
  type SampleToWrite,
  segmentType,
  SYNC_FLAGS,
  writeFragment,
} from "./index.ts";

const SEED = 20_261_121;
const header = (name: "video" | "audio"): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}-header.mp4`, import.meta.url)));
const codeOf = (code: string) => (failure: unknown) =>
  failure instanceof RegistaError && failure.code === code;

const defaults = { trackId: 1, duration: 0, size: 0, flags: 0 };

/** The moof and mdat in a written chunk. */
function boxesOf(chunk: Uint8Array): FragmentBoxes {
  const boxes = new BoxSplitter().push(chunk);
  const moof = boxes.find(({ fourcc }) => fourcc === "moof");
  const mdat = boxes.find(({ fourcc }) => fourcc === "mdat");
  assert.ok(moof && mdat);
  return { moof: moof.bytes, mdat: mdat.bytes, mdatHeaderLength: mdat.headerLength };
}

/** A header whose boxes were changed. */
function changed(name: "video" | "audio", change: (box: Box) => Box[]): Uint8Array {
  const walk = (box: Box): Box[] =>
    change(box).map((one) =>
      "children" in one ? { ...one, children: one.children.flatMap(walk) } : one,
    );
  return writeBoxes(readBoxes(header(name)).flatMap(walk));
}

test("a video header tells codec, timescale and size", () => {
  const track = readHeader(header("video"));
  assert.equal(track.kind, "video");
  assert.ok(track.kind === "video");
  assert.equal(track.codec, "avc1.42c00a");
  assert.equal(track.timescale, 90_000);
  assert.deepEqual([track.width, track.height], [64, 36]);
  assert.equal(track.defaults.trackId, 1);
});

test("an audio header tells codec, rate, channels and language", () => {
  const track = readHeader(header("audio"));
  assert.ok(track.kind === "audio");
  assert.equal(track.codec, "mp4a.40.2");
  assert.equal(track.timescale, 48_000);
  assert.deepEqual([track.sampleRate, track.channels, track.language], [48_000, 2, "ita"]);
});

test("an undetermined language is no language", () => {
  const bytes = changed("audio", (box) => [
    box.type === "mdhd" ? { ...box, language: "und" } : box,
  ]);
  const track = readHeader(bytes);
  assert.ok(track.kind === "audio");
  assert.equal(track.language, null);
});

test("other codecs and encrypted tracks are refused by name", () => {
  for (const fourcc of ["hvc1", "encv", "ac-3"]) {
    const bytes = changed("video", (box) => [
      box.type === "stsd"
        ? { type: "stsd", entries: [{ type: "raw", fourcc, payload: new Uint8Array(8) }] }
        : box,
    ]);
    assert.throws(
      () => readHeader(bytes),
      (failure) =>
        codeOf("cmaf/wrong-codec")(failure) &&
        failure instanceof Error &&
        failure.message.includes(fourcc),
    );
  }
});

test("a header must have one track, a timescale, a description and the boxes that name them", () => {
  const without = (type: Box["type"]): Uint8Array =>
    changed("video", (box) => (box.type === type ? [] : [box]));
  for (const type of ["ftyp", "trak", "mdhd", "tkhd", "trex", "stsd"] as const) {
    assert.throws(() => readHeader(without(type)), codeOf("cmaf/bad-header"), type);
  }
  const twice = changed("video", (box) => (box.type === "trak" ? [box, box] : [box]));
  assert.throws(() => readHeader(twice), codeOf("cmaf/bad-header"));
});

const sample: fc.Arbitrary<SampleToWrite> = fc
  .record({
    duration: fc.integer({ min: 1, max: 30_000 }),
    compositionOffset: fc.constantFrom(0, 0, 1_800, -1_800),
    flags: fc.constantFrom(SYNC_FLAGS, NON_SYNC_FLAGS),
    bytes: fc.uint8Array({ maxLength: 50 }),
  })
  .map((one) => ({ ...one }));

test("samples come back from a fragment as they were written", () => {
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 2 ** 52 }),
      fc.boolean(),
      (samples, decodeTime, first) => {
        const styp = first ? { styp: segmentType } : {};
        const chunk = writeFragment({ sequence: 9, trackId: 1, decodeTime, samples, ...styp });
        const fragment = readFragment(boxesOf(chunk), defaults);
        assert.equal(fragment.sequence, 9);
        assert.equal(fragment.decodeTime, decodeTime);
        let dts = decodeTime;
        for (const [index, written] of samples.entries()) {
          assert.deepEqual(fragment.samples[index], { dts, ...written });
          dts += written.duration;
        }
        assert.equal(fragment.samples.length, samples.length);
      },
    ),
    { seed: SEED },
  );
});

const frame = (bytes: number, flags = NON_SYNC_FLAGS): SampleToWrite => ({
  duration: 1_800,
  compositionOffset: 0,
  flags,
  bytes: new Uint8Array(bytes).fill(bytes),
});

test("a chunk is written in the order styp prft emsg moof mdat, its data based on the moof", () => {
  const event = writeBoxes([{ type: "raw", fourcc: "emsg", payload: new Uint8Array(5) }]);
  const prft = {
    type: "prft",
    version: 1,
    flags: prftMoments.captured,
    trackId: 1,
    ntp: ntpOfUtc(utcMs(1_795_301_664_000)),
    mediaTime: 5,
  } as const;
  const samples = [frame(10, SYNC_FLAGS), frame(20)];
  const head = { sequence: 1, trackId: 1, decodeTime: 5, samples };
  const chunk = writeFragment({ ...head, styp: segmentType, events: [event], prft });
  const boxes = new BoxSplitter().push(chunk);
  assert.deepEqual(
    boxes.map(({ fourcc }) => fourcc),
    ["styp", "prft", "emsg", "moof", "mdat"],
  );
  const fragment = readFragment(boxesOf(chunk), defaults);
  assert.deepEqual(fragment.samples.map(isSync), [true, false]);
  assert.deepEqual(fragment.samples[1]?.bytes, new Uint8Array(20).fill(20));
});

test("a key frame and the pictures after it need flags for the first sample only", () => {
  const few = writeFragment({
    sequence: 1,
    trackId: 1,
    decodeTime: 0,
    samples: [frame(1, SYNC_FLAGS), frame(1)],
  });
  const more = [frame(1, SYNC_FLAGS), frame(1), frame(1)];
  const one = writeFragment({ sequence: 1, trackId: 1, decodeTime: 0, samples: more });
  assert.equal(
    one.length - few.length,
    4 + 1,
    "a further sample costs its size field and its byte",
  );
});

test("a fragment of another track, without a time, or with data outside its mdat is refused", () => {
  const chunk = writeFragment({ sequence: 1, trackId: 1, decodeTime: 0, samples: [frame(10)] });
  const boxes = boxesOf(chunk);
  const bad = codeOf("cmaf/bad-fragment");
  assert.throws(() => readFragment(boxes, { ...defaults, trackId: 2 }), bad);
  assert.throws(() => readFragment({ ...boxes, mdat: boxes.mdat.subarray(0, 17) }, defaults), bad);
  const rewritten = (change: (box: Box) => Box[]): FragmentBoxes => {
    const moof = readBoxes(boxes.moof).map((box) => {
      assert.ok(box.type === "moof");
      const children = box.children.map((child) =>
        child.type === "traf" ? { ...child, children: child.children.flatMap(change) } : child,
      );
      return { ...box, children };
    });
    return { ...boxes, moof: writeBoxes(moof) };
  };
  assert.throws(
    () =>
      readFragment(
        rewritten((box) => (box.type === "tfdt" ? [] : [box])),
        defaults,
      ),
    bad,
  );
  assert.throws(
    () =>
      readFragment(
        rewritten((box) => (box.type === "tfhd" ? [] : [box])),
        defaults,
      ),
    bad,
  );
  const elsewhere = rewritten((box) => [box.type === "tfhd" ? { ...box, baseDataOffset: 0 } : box]);
  assert.throws(() => readFragment(elsewhere, defaults), bad);
  const nowhere = rewritten((box) => [box.type === "trun" ? { ...box, dataOffset: null } : box]);
  assert.throws(() => readFragment(nowhere, defaults), bad);
  const before = rewritten((box) => [box.type === "trun" ? { ...box, dataOffset: 0 } : box]);
  assert.throws(() => readFragment(before, defaults), bad);
});

/** Counts how often `parse` succeeds on ten thousand inputs with one to four bytes changed. */
function survivors(original: Uint8Array, parse: (bytes: Uint8Array) => void): number {
  const random = numbersOf(SEED);
  let survived = 0;
  for (let round = 0; round < 10_000; round += 1) {
    const bytes = original.slice(0, original.length - (random(10) === 0 ? random(50) : 0));
    for (let change = random(4); change >= 0; change -= 1)
      bytes[random(bytes.length)] = random(256);
    try {
      parse(bytes);
      survived += 1;
    } catch (failure) {
      assert.ok(failure instanceof RegistaError, String(failure));
    }
  }
  return survived;
}

test("ten thousand broken headers are read or refused", () => {
  for (const name of ["video", "audio"] as const) {
    const survived = survivors(header(name), (bytes) => void readHeader(bytes));
    assert.ok(survived > 100 && survived < 9_900, `${survived}`);
  }
});

test("ten thousand broken fragments are read or refused, and no sample leaves its mdat", () => {
  const samples = [frame(10, SYNC_FLAGS), frame(200), frame(30)];
  const chunk = writeFragment({ sequence: 1, trackId: 1, decodeTime: 2 ** 40, samples });
  const boxes = boxesOf(chunk);
  const survived = survivors(boxes.moof, (moof) => {
    const fragment = readFragment({ ...boxes, moof }, defaults);
    for (const { bytes, dts } of fragment.samples) {
      assert.ok(bytes.length <= boxes.mdat.length - 8);
      assert.ok(Number.isSafeInteger(dts));
    }
  });
  assert.ok(survived > 100 && survived < 9_900, `${survived}`);
});
