import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import {
  type Box,
  CUES_LIMIT,
  readBoxes,
  readTextSample,
  type TextCue,
  writeBoxes,
  writeTextSample,
} from "./index.ts";

const SEED = 20_261_121;

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const cue: fc.Arbitrary<TextCue> = fc.record({
  sourceId: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  id: fc.option(text),
  settings: fc.option(text),
  text,
});

test("a sample of text is read as it was written, whatever it says", () => {
  fc.assert(
    fc.property(fc.array(cue, { maxLength: 4 }), (cues) => {
      assert.deepEqual(readTextSample(writeTextSample(cues)), structuredClone(cues));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test("silence is one empty box", () => {
  assert.equal(Buffer.from(writeTextSample([])).toString("latin1"), "\0\0\0\bvtte");
  assert.deepEqual(readTextSample(writeTextSample([])), []);
});

test("boxes that are not known are passed over, in a sample and in a cue", () => {
  const raw = (fourcc: string, payload: Uint8Array): Box => ({ type: "raw", fourcc, payload });
  const words = (letters: string): Uint8Array => new TextEncoder().encode(letters);
  const inner = writeBoxes([raw("ctim", words("00:00:01.000")), raw("payl", words("Ciao"))]);
  const sample = writeBoxes([raw("vtta", words("NOTE")), raw("vttc", inner)]);
  assert.deepEqual(readTextSample(sample), [
    { sourceId: null, id: null, settings: null, text: "Ciao" },
  ]);
});

test("a cue without its text, and one cue beyond the limit, are refused", () => {
  const many = (length: number): TextCue[] =>
    Array.from({ length }, () => ({ sourceId: null, id: null, settings: null, text: "x" }));
  readTextSample(writeTextSample(many(CUES_LIMIT)));
  const malformed = (bytes: Uint8Array): void =>
    assert.throws(() => readTextSample(bytes), { code: "isobmff/malformed" });
  malformed(writeTextSample(many(CUES_LIMIT + 1)));
  malformed(writeBoxes([{ type: "raw", fourcc: "vttc", payload: new Uint8Array(0) }]));
});

test("the sample entry of WebVTT is read as it was written", () => {
  const stsd: Box = {
    type: "stsd",
    entries: [
      {
        type: "wvtt",
        dataReferenceIndex: 1,
        children: [
          { type: "vttC", config: "WEBVTT – è così" },
          { type: "raw", fourcc: "vlab", payload: Uint8Array.of(0x69, 0x74) },
        ],
      },
    ],
  };
  assert.deepEqual(readBoxes(writeBoxes([stsd])), [stsd]);
});

test("ten thousand mutilated samples are read or refused, never more", () => {
  const good = writeTextSample([
    { sourceId: 7, id: "1795301664", settings: "line:0", text: "Roma: palla al 10" },
    { sourceId: null, id: null, settings: null, text: "–" },
  ]);
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, end) => {
      const bytes = good.slice(0, Math.max(end, at + 1));
      bytes[at] = value;
      try {
        readTextSample(bytes);
      } catch (failure) {
        assert.ok(failure instanceof RegistaError, String(failure));
        refused += 1;
      }
    }),
    { seed: SEED, numRuns: 10_000 },
  );
  assert.ok(refused > 1_000, `${refused} refused`);
});
