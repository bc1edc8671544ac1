import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concatBytes, numbersOf } from "#base";
import { type SampleToWrite, segmentType, writeFragment } from "#media/cmaf";
import { ChunkReader } from "./chunks.ts";
import { readCues } from "./cues.ts";

const SEED = 20_261_122;
const ROUNDS = 10_000;
const MS_OF_TEXT = 1_000;

function box(name: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + body.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(body, 8);
  return bytes;
}
const words = (name: string, text: string): Uint8Array => box(name, new TextEncoder().encode(text));
const sample = (duration: number, bytes: Uint8Array): SampleToWrite => ({
  duration,
  compositionOffset: 0,
  flags: 0,
  bytes,
});
const part = (decodeTime: number, size: number): Uint8Array =>
  writeFragment({
    sequence: 1,
    trackId: 1,
    decodeTime,
    samples: [sample(1_800, new Uint8Array(size).fill(7)), sample(1_800, new Uint8Array(3))],
    styp: segmentType,
  });
const texts = writeFragment({
  sequence: 1,
  trackId: 1,
  decodeTime: 1_795_000_000 * MS_OF_TEXT,
  samples: [
    sample(320, box("vtte", new Uint8Array())),
    sample(
      640,
      concatBytes([
        box(
          "vttc",
          concatBytes([
            words("iden", "7"),
            words("sttg", "line:0 align:start"),
            words("payl", "Gòl!"),
          ]),
        ),
        box("vttc", words("payl", "<v Roma>due")),
      ]),
    ),
  ],
});

test("whatever pieces a body comes in, its chunks come out whole, in order, with their decode times", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
      (sizes, cuts) => {
        const parts = sizes.map((size, at) => part(161_000_000_000_000 + at * 28_800, size));
        const body = concatBytes(parts);
        const reader = new ChunkReader();
        const chunks = [];
        for (let at = 0, cut = 0; at < body.length; cut += 1) {
          const length = cuts[cut % cuts.length];
          chunks.push(...reader.push(body.subarray(at, at + length)));
          at += length;
        }
        assert.equal(reader.amid, false);
        assert.deepEqual(
          chunks.map(({ bytes }) => Buffer.from(bytes)),
          parts.map((bytes) => Buffer.from(bytes)),
        );
        assert.deepEqual(
          chunks.map(({ decodeTime }) => decodeTime),
          parts.map((_, at) => 161_000_000_000_000 + at * 28_800),
        );
      },
    ),
    { numRuns: 200, seed: SEED },
  );
});

test("a body that ends within a chunk shows it", () => {
  const reader = new ChunkReader();
  const body = part(0, 50);
  assert.equal(reader.push(body.subarray(0, body.length - 1)).length, 0);
  assert.equal(reader.amid, true);
});

test("an mdat without a movie fragment, and boxes without end before one, are refused", () => {
  assert.throws(() => new ChunkReader().push(box("mdat", new Uint8Array(4))), /no movie fragment/);
  const reader = new ChunkReader();
  assert.throws(() => {
    for (let at = 0; at < 100; at += 1) reader.push(box("free", new Uint8Array(1)));
  }, /too many boxes/);
});

test("samples of WebVTT become cues with their times, settings and names; empty ones become none", () => {
  const [chunk] = new ChunkReader().push(texts);
  assert.ok(chunk);
  const start = 1_795_000_000 * MS_OF_TEXT + 320;
  assert.deepEqual(readCues(chunk), [
    { start, end: start + 640, text: "Gòl!", settings: "line:0 align:start", id: "7" },
    { start, end: start + 640, text: "<v Roma>due", settings: "", id: "" },
  ]);
});

test("ten thousand broken bodies: chunks and cues are read or refused with an error, and memory follows the bytes", () => {
  const random = numbersOf(SEED);
  const originals = [texts, concatBytes([part(0, 200), part(28_800, 60)])];
  let [read, refused] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    let bytes = Buffer.from(originals[round % 2]);
    for (let change = random(3); change >= 0; change -= 1) {
      const at = random(bytes.length);
      const kind = random(3);
      if (kind === 0) bytes[at] = random(256);
      else if (kind === 1 && at + 4 <= bytes.length)
        bytes.writeUInt32BE([0, 1, 7, 8, 0xffff_ffff][random(5)], at);
      else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(16))]);
    }
    try {
      for (const chunk of new ChunkReader().push(new Uint8Array(bytes))) {
        const cues = readCues(chunk);
        assert.ok(cues.every(({ start, end, text }) => end > start && text.length <= bytes.length));
        read += 1;
      }
    } catch (failure) {
      assert.ok(failure instanceof Error && !(failure instanceof RangeError), String(failure));
      refused += 1;
    }
  }
  assert.ok(read > ROUNDS / 20 && refused > ROUNDS / 20, `${read} read, ${refused} refused`);
});
