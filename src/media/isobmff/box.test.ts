import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError, utcMs } from "#base";
import {
  type Box,
  BoxSplitter,
  findBox,
  findPath,
  type NtpTime,
  ntpOfUtc,
  readBoxes,
  type SampleEntry,
  utcOfNtp,
  writeBoxes,
} from "./index.ts";
import { DEPTH_LIMIT, SAMPLES_LIMIT } from "./limits.ts";

const codeOf = (code: string) => (failure: unknown) =>
  failure instanceof RegistaError && failure.code === code;

const u8 = fc.nat(255);
const u16 = fc.nat(65_535);
const u32 = fc.nat(0xffff_fffe);
const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const u64 = fc.maxSafeNat();
const bytes = fc.uint8Array({ maxLength: 40 });
const fourcc = fc
  .array(fc.integer({ min: 0x61, max: 0x7a }), { minLength: 4, maxLength: 4 })
  .map((codes) => String.fromCharCode(...codes));
const matrix = fc.array(i32, { minLength: 9, maxLength: 9 });
const sized = (version: number) => (version === 0 ? u32 : u64);
const versioned = <Value>(make: (version: number) => fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.constantFrom(0, 1).chain(make);
const duration = (version: number) => fc.oneof(sized(version), fc.constant(Infinity));
const times = (version: number) => ({
  version: fc.constant(version),
  creationTime: sized(version),
  modificationTime: sized(version),
  duration: duration(version),
});
const fixedPoint = u32.map((value) => value / 65_536);
const type = <Name extends string>(name: Name): fc.Arbitrary<Name> => fc.constant(name);
const raw = fc.record({
  type: type("raw"),
  fourcc: fourcc
    .filter((name) => !["free", "moov"].includes(name))
    .map((name) => `x${name.slice(1)}`),
  payload: bytes,
});
const sets = fc.array(bytes, { maxLength: 3 });
const avcC = fc.record({
  type: type("avcC"),
  profile: u8,
  compatibility: u8,
  level: u8,
  lengthSize: fc.constantFrom(1, 2, 4),
  sps: sets,
  pps: sets,
  extension: bytes,
});
const esds = fc.record({
  type: type("esds"),
  lengthBytes: fc.integer({ min: 2, max: 4 }),
  esId: u16,
  objectType: u8,
  streamType: u8,
  bufferBytes: fc.nat(0xff_ffff),
  maxBitrate: u32,
  averageBitrate: u32,
  specificInfo: bytes,
  rest: bytes,
});
const children = fc.array(fc.oneof(avcC, esds, raw), { maxLength: 3 });
const entry: fc.Arbitrary<SampleEntry> = fc.oneof(
  fc.record({
    type: fc.constantFrom("avc1" as const, "avc3" as const),
    dataReferenceIndex: u16,
    width: u16,
    height: u16,
    horizontalResolution: u32,
    verticalResolution: u32,
    frameCount: u16,
    compressorName: fc.string({ maxLength: 31, unit: fc.constantFrom("a", "é", " ", "0") }),
    depth: u16,
    children,
  }),
  fc.record({
    type: type("mp4a"),
    dataReferenceIndex: u16,
    channels: u16,
    sampleSize: u16,
    sampleRate: fixedPoint,
    children,
  }),
  raw,
);
const optional = fc.option(u32);
const column = (count: number, value: fc.Arbitrary<number>) =>
  fc.option(fc.array(value, { minLength: count, maxLength: count }));
const trun = fc.tuple(fc.constantFrom(0, 1), fc.nat(5)).chain(([version, count]) =>
  fc.record({
    type: type("trun"),
    version: fc.constant(version),
    sampleCount: fc.constant(count),
    dataOffset: fc.option(i32),
    firstSampleFlags: optional,
    durations: column(count, u32),
    sizes: column(count, u32),
    flags: column(count, u32),
    compositionOffsets: column(count, version === 0 ? u32 : i32),
  }),
);
const leaf: fc.Arbitrary<Box> = fc.oneof(
  ...(["ftyp", "styp"] as const).map((name) =>
    fc.record({
      type: type(name),
      majorBrand: fourcc,
      minorVersion: u32,
      compatibleBrands: fc.array(fourcc, { maxLength: 4 }),
    }),
  ),
  versioned((version) =>
    fc.record({
      type: type("mvhd"),
      ...times(version),
      timescale: u32,
      rate: u32,
      volume: u16,
      matrix,
      nextTrackId: u32,
    }),
  ),
  versioned((version) =>
    fc.record({
      type: type("tkhd"),
      ...times(version),
      flags: fc.nat(7),
      trackId: u32,
      layer: u16,
      alternateGroup: u16,
      volume: u16,
      matrix,
      width: fixedPoint,
      height: fixedPoint,
    }),
  ),
  versioned((version) =>
    fc.record({
      type: type("mdhd"),
      ...times(version),
      timescale: u32,
      language: fc.constantFrom("und", "ita", "eng"),
    }),
  ),
  fc.record({ type: type("hdlr"), handler: fourcc, name: bytes }),
  fc.record({
    type: type("trex"),
    trackId: u32,
    sampleDescriptionIndex: u32,
    sampleDuration: u32,
    sampleSize: u32,
    sampleFlags: u32,
  }),
  fc.record({ type: type("stsd"), entries: fc.array(entry, { maxLength: 3 }) }),
  fc.record({ type: type("mfhd"), sequence: u32 }),
  fc.record({
    type: type("tfhd"),
    trackId: u32,
    baseDataOffset: fc.option(u64),
    sampleDescriptionIndex: optional,
    sampleDuration: optional,
    sampleSize: optional,
    sampleFlags: optional,
    durationIsEmpty: fc.boolean(),
    defaultBaseIsMoof: fc.boolean(),
  }),
  versioned((version) =>
    fc.record({ type: type("tfdt"), version: fc.constant(version), decodeTime: sized(version) }),
  ),
  trun,
  versioned((version) =>
    fc.record({
      type: type("prft"),
      version: fc.constant(version),
      flags: fc.nat(31),
      trackId: u32,
      ntp: fc.record({ seconds: u32, fraction: u32 }),
      mediaTime: version === 0 ? u32 : fc.oneof(u64, fc.integer({ min: -(2 ** 40), max: -1 })),
    }),
  ),
  raw,
);
const { tree } = fc.letrec<{ tree: Box }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.record({
      type: fc.constantFrom("moov" as const, "trak" as const, "moof" as const, "traf" as const),
      children: fc.array(tie("tree"), { maxLength: 3 }),
    }),
  ),
}));

test("every box reads back as the value that was written", () => {
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 4 }), (boxes) => {
      // A clone has ordinary objects, as the reader gives; fast-check's have no prototype.
      assert.deepEqual(readBoxes(writeBoxes(boxes)), structuredClone(boxes));
    }),
    { numRuns: 2_000, seed: 20_261_121 },
  );
});

test("boxes that nobody understands are kept byte for byte", () => {
  const emsg = { type: "raw", fourcc: "emsg", payload: Uint8Array.of(1, 2, 3) } as const;
  const written = writeBoxes([{ type: "moof", children: [emsg] }]);
  assert.deepEqual(findPath(readBoxes(written), "moof"), [emsg]);
});

test("a box is found by its type, and its children by the path to it", () => {
  const boxes: Box[] = [{ type: "moof", children: [{ type: "mfhd", sequence: 7 }] }];
  assert.equal(findBox(findPath(boxes, "moof"), "mfhd")?.sequence, 7);
  assert.equal(findBox(findPath(boxes, "moov", "trak"), "tkhd"), undefined);
});

test("a box cut anywhere is refused as truncated or malformed, never read wrongly", () => {
  const whole = writeBoxes([
    { type: "tfdt", version: 1, decodeTime: 2 ** 40 },
    { type: "mfhd", sequence: 1 },
  ]);
  for (let length = 1; length < whole.length; length += 1) {
    if (length === 20) continue;
    assert.throws(() => readBoxes(whole.subarray(0, length)), codeOf("isobmff/truncated"));
  }
});

test("a known box with bytes after its last field is refused", () => {
  const mfhd = Uint8Array.of(0, 0, 0, 17, 109, 102, 104, 100, 0, 0, 0, 0, 0, 0, 0, 1, 9);
  assert.throws(() => readBoxes(mfhd), codeOf("isobmff/malformed"));
});

test("a time above 2^53 is refused rather than rounded", () => {
  const tfdt = writeBoxes([{ type: "tfdt", version: 1, decodeTime: 0 }]);
  tfdt.fill(0xff, 12);
  assert.throws(() => readBoxes(tfdt), codeOf("isobmff/malformed"));
});

test("boxes nest no deeper than the limit, and a run names no more samples than its limit", () => {
  const nested = (depth: number): Box =>
    depth === 0 ? { type: "moov", children: [] } : { type: "moov", children: [nested(depth - 1)] };
  assert.equal(readBoxes(writeBoxes([nested(DEPTH_LIMIT - 1)])).length, 1);
  assert.throws(() => readBoxes(writeBoxes([nested(DEPTH_LIMIT)])), codeOf("isobmff/malformed"));
  const run = (sampleCount: number): Uint8Array =>
    writeBoxes([
      {
        type: "trun",
        version: 0,
        sampleCount,
        dataOffset: null,
        firstSampleFlags: null,
        durations: null,
        sizes: null,
        flags: null,
        compositionOffsets: null,
      },
    ]);
  assert.equal(readBoxes(run(SAMPLES_LIMIT)).length, 1);
  assert.throws(() => readBoxes(run(SAMPLES_LIMIT + 1)), codeOf("isobmff/malformed"));
});

test("UTC survives NTP within a microsecond, in both of its eras", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 4_200_000_000_000, noNaN: true }), (instant) => {
      const back = utcOfNtp(ntpOfUtc(utcMs(instant)));
      assert.ok(Math.abs(back - instant) < 0.001, `${instant} became ${back}`);
    }),
  );
  const start: NtpTime = { seconds: 2_208_988_800, fraction: 0 };
  assert.deepEqual(ntpOfUtc(utcMs(0)), start);
});

test("however a stream is cut, the same boxes come out", () => {
  const arbitrary = fc.tuple(
    fc.array(tree, { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.nat(30)),
  );
  fc.assert(
    fc.property(arbitrary, ([boxes, cuts]) => {
      const stream = writeBoxes(boxes);
      const splitter = new BoxSplitter();
      const found: Uint8Array[] = [];
      for (let at = 0; at < stream.length;) {
        const length = cuts.next().value as number;
        found.push(...splitter.push(stream.subarray(at, at + length)).map((box) => box.bytes));
        at += length;
      }
      assert.equal(splitter.pending, 0);
      assert.deepEqual(
        found,
        boxes.map((box) => writeBoxes([box])),
      );
    }),
    { numRuns: 500, seed: 20_261_121 },
  );
});
