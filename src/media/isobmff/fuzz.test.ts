import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RegistaError, numbersOf } from "#base";
import { type Box, BoxSplitter, readBoxes, writeBoxes } from "./index.ts";

const SEED = 20_261_121;
const ROUNDS = 10_000;

/** A few random changes: bytes changed, sizes made extreme, pieces cut out or doubled. */
function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(original);
  for (let change = random(4); change >= 0; change -= 1) {
    const at = random(bytes.length + 1);
    const kind = random(4);
    if (kind === 0 && at < bytes.length) bytes[at] = random(256);
    else if (kind === 1 && at + 4 <= bytes.length)
      bytes.writeUInt32BE([0, 1, 7, 8, 0xffff_ffff][random(5)] as number, at);
    else if (kind === 2)
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(16))]);
    else
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random(16)))]);
  }
  return new Uint8Array(bytes);
}

const fragment: Box[] = [
  {
    type: "prft",
    version: 1,
    flags: 24,
    trackId: 1,
    ntp: { seconds: 4_004_290_464, fraction: 0 },
    mediaTime: 161_577_149_760_000,
  },
  {
    type: "moof",
    children: [
      { type: "mfhd", sequence: 1 },
      {
        type: "traf",
        children: [
          {
            type: "tfhd",
            trackId: 1,
            baseDataOffset: null,
            sampleDescriptionIndex: 1,
            sampleDuration: 1_800,
            sampleSize: 20,
            sampleFlags: 0,
            durationIsEmpty: false,
            defaultBaseIsMoof: true,
          },
          { type: "tfdt", version: 1, decodeTime: 161_577_149_760_000 },
          {
            type: "trun",
            version: 1,
            sampleCount: 2,
            dataOffset: 100,
            firstSampleFlags: 0x0200_0000,
            durations: [1_800, 1_800],
            sizes: [10, 20],
            flags: null,
            compositionOffsets: [0, -5],
          },
        ],
      },
    ],
  },
  { type: "raw", fourcc: "mdat", payload: new Uint8Array(30) },
];
const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../cmaf/fixtures/${name}`, import.meta.url));
const originals = [fixture("video-header.mp4"), fixture("audio-header.mp4"), writeBoxes(fragment)];

/** Runs `parse`; whatever it throws must be an error that names the rule that was broken. */
function attempt(parse: () => void): boolean {
  try {
    parse();
    return true;
  } catch (failure) {
    assert.ok(failure instanceof RegistaError, String(failure));
    return false;
  }
}

test("ten thousand broken inputs: the box reader reads or refuses, and what it reads it can write", () => {
  const random = numbersOf(SEED);
  let read = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = mutate(originals[round % originals.length] as Uint8Array, random);
    const fine = attempt(() => {
      const boxes = readBoxes(bytes);
      assert.deepEqual(readBoxes(writeBoxes(boxes)), boxes);
    });
    if (fine) read += 1;
  }
  assert.ok(read > ROUNDS / 20 && read < ROUNDS, `${read} were read`);
});

test("ten thousand broken streams: the splitter gives boxes or refuses, and holds no more than came", () => {
  const random = numbersOf(SEED);
  let gave = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = mutate(originals[round % originals.length] as Uint8Array, random);
    const splitter = new BoxSplitter(4_096);
    attempt(() => {
      for (let at = 0; at < bytes.length;) {
        const length = 1 + random(200);
        gave += splitter.push(bytes.subarray(at, at + length)).length;
        at += length;
        assert.ok(splitter.pending <= at);
      }
    });
  }
  assert.ok(gave > ROUNDS / 10, `${gave} boxes`);
});
