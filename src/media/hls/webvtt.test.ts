import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import {
  MPEG_TS_MODULUS,
  readWebvtt,
  WEBVTT_CHARS_LIMIT,
  WEBVTT_CUES_LIMIT,
  type WebvttCue,
  type WebvttSegment,
  writeWebvtt,
} from "./index.ts";

const SEED = 20_261_121;

const segment: WebvttSegment = {
  mpegTs: 900_000,
  localMs: 0,
  cues: [
    { id: "7-1", startMs: 320, endMs: 1_920, settings: "line:0", text: "21:14:24 UTC\nGol" },
    { id: null, startMs: 3_723_004, endMs: 360_000_000, settings: null, text: "<i>sì</i>" },
  ],
};

test("a segment of text is written with its map, its names and its settings", () => {
  assert.equal(
    writeWebvtt(segment),
    [
      "WEBVTT",
      "X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000",
      "",
      "7-1",
      "00:00:00.320 --> 00:00:01.920 line:0",
      "21:14:24 UTC",
      "Gol",
      "",
      "01:02:03.004 --> 100:00:00.000",
      "<i>sì</i>",
      "",
    ].join("\n"),
  );
});

test("a segment of text that was written is read as what it was", () => {
  const line = fc
    .string({
      unit: fc.constantFrom("a", "è", "ß", "9", " ", ".", ",", ":", "<", ">", "/", "&", "-"),
      minLength: 1,
      maxLength: 30,
    })
    .filter((text) => text === text.trim() && !text.includes("-->") && text !== "");
  const time = fc.nat(9_999 * 3_600_000);
  const cue: fc.Arbitrary<WebvttCue> = fc.record({
    id: fc.option(line),
    startMs: time,
    endMs: time,
    settings: fc.option(line),
    text: fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n")),
  });
  const any: fc.Arbitrary<WebvttSegment> = fc.record({
    mpegTs: fc.nat(MPEG_TS_MODULUS - 1),
    localMs: time,
    cues: fc.array(cue, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(any, (one) => {
      assert.deepEqual(readWebvtt(writeWebvtt(one)), structuredClone(one));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test("what a cue says cannot end it, nor begin another", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "\n", "\r", "-->", " ", "\0"), maxLength: 30 }),
      (text) => {
        const cue = { id: text, startMs: 0, endMs: 1_000, settings: text, text: `.${text}` };
        const { cues } = readWebvtt(writeWebvtt({ ...segment, cues: [cue] }));
        assert.equal(cues.length, 1);
        assert.deepEqual([cues[0]?.startMs, cues[0]?.endMs], [0, 1_000]);
      },
    ),
    { seed: SEED, numRuns: 1_000 },
  );
});

test("what is no segment of text, or one beyond a limit, is refused", () => {
  const head = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n\n";
  const cue = "00:00:00.000 --> 00:00:01.000\nx\n\n";
  assert.equal(readWebvtt(head + cue.repeat(WEBVTT_CUES_LIMIT)).cues.length, WEBVTT_CUES_LIMIT);
  assert.equal(readWebvtt(`${head}NOTE\nnothing\n\n${cue}`).cues.length, 1);
  for (const text of [
    "",
    "WEBVTT\n\n",
    head + cue.repeat(WEBVTT_CUES_LIMIT + 1),
    head + " ".repeat(WEBVTT_CHARS_LIMIT),
    `${head}00:00 --> 00:01\nx`,
    `${head}one\ntwo\n${cue}`,
  ])
    assert.throws(() => readWebvtt(text), { code: "hls/bad-text" }, text.slice(0, 80));
});

test("ten thousand mutilated segments of text are read or refused, never more", () => {
  const good = writeWebvtt(segment);
  let refused = 0;
  fc.assert(
    fc.property(
      fc.nat(good.length),
      fc.nat(12),
      fc.string({ unit: fc.constantFrom("\n", "-->", ":", "0", "x", " "), maxLength: 4 }),
      (at, gone, put) => {
        try {
          readWebvtt(good.slice(0, at) + put + good.slice(at + gone));
        } catch (failure) {
          assert.ok(failure instanceof RegistaError, String(failure));
          refused += 1;
        }
      },
    ),
    { seed: SEED, numRuns: 10_000 },
  );
  assert.ok(refused > 1_000, `${refused} refused`);
});
