import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NON_SYNC_FLAGS, SYNC_FLAGS, writeFragment } from "#media/cmaf";
import { BoxScanner } from "./boxScanner.ts";
import { MOOF_BYTES_LIMIT } from "./limits.ts";
import type { FragmentFacts } from "./moof.ts";

const defaults = { trackId: 1, duration: 512, size: 0, flags: NON_SYNC_FLAGS };

interface Scan {
  facts: FragmentFacts[];
  ends: number;
  problems: string[];
  between: boolean;
}

function scan(bytes: Buffer, cuts: readonly number[] = []): Scan {
  const told: Scan = { facts: [], ends: 0, problems: [], between: false };
  const scanner = new BoxScanner({
    fragment: (facts) => told.facts.push({ ...facts }),
    fragmentEnd: () => (told.ends += 1),
    notBoxes: (problem) => told.problems.push(problem),
  });
  scanner.begin(defaults);
  let from = 0;
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  for (const end of ends.sort((a, b) => a - b)) {
    scanner.feed(bytes, from, end);
    from = end;
  }
  told.between = scanner.between;
  return told;
}

const anySample = fc.record({
  duration: fc.integer({ min: 1, max: 90_000 }),
  compositionOffset: fc.constantFrom(0, 0, 900),
  flags: fc.constantFrom(SYNC_FLAGS, NON_SYNC_FLAGS),
  bytes: fc.uint8Array({ maxLength: 40 }),
});
const anyFragment = fc.record({
  sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  trackId: fc.constant(1),
  decodeTime: fc.integer({ min: 0, max: 2 ** 52 }),
  samples: fc.array(anySample, { minLength: 1, maxLength: 9 }),
});

test("fragments say what was written into them, in whatever pieces they pass", () => {
  fc.assert(
    fc.property(
      fc.array(anyFragment, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(4_000), { maxLength: 9 }),
      (fragments, cuts) => {
        const object = Buffer.concat(fragments.map((fragment) => writeFragment(fragment)));
        const told = scan(object, cuts);
        assert.deepEqual(told.problems, []);
        assert.equal(told.ends, fragments.length);
        assert.equal(told.between, true);
        assert.deepEqual(
          told.facts,
          fragments.map(({ sequence, decodeTime, samples }) => ({
            ...{ sequence, decodeTime, samples: samples.length },
            duration: samples.reduce((sum, { duration }) => sum + duration, 0),
            independent: samples[0]?.flags === SYNC_FLAGS,
          })),
        );
      },
    ),
    { numRuns: 500, seed: 20_261_121 },
  );
});

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const box = (type: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, "latin1"), body]);
};
const tfdt = box("tfdt", u32(0), u32(77));
const tfhd = (flags: number, ...fields: Buffer[]): Buffer =>
  box("tfhd", u32(flags), u32(1), ...fields);
const trun = (flags: number, count: number, ...fields: Buffer[]): Buffer =>
  box("trun", u32(flags), u32(count), ...fields);
const moof = (...track: Buffer[]): Buffer =>
  box("moof", box("mfhd", u32(0), u32(9)), box("traf", ...track));

test("what a fragment leaves unsaid comes from its track", () => {
  const told = scan(Buffer.concat([moof(tfhd(0), tfdt, trun(0, 3)), box("mdat", u32(0))]));
  assert.deepEqual(told.facts, [
    { sequence: 9, decodeTime: 77, duration: 3 * 512, samples: 3, independent: false },
  ]);
});

test("a fragment's own defaults, a first sample's flags and several runs count", () => {
  const track = [
    tfhd(0x2a, u32(1), u32(100), u32(NON_SYNC_FLAGS)),
    tfdt,
    trun(0x05, 2, u32(0), u32(SYNC_FLAGS)),
    trun(0x100, 2, u32(7), u32(8)),
  ];
  const told = scan(Buffer.concat([moof(...track), box("mdat")]));
  assert.deepEqual(told.facts, [
    { sequence: 9, decodeTime: 77, duration: 215, samples: 4, independent: true },
  ]);
});

test("a box of 64-bit size passes, in pieces too", () => {
  const large = Buffer.concat([u32(1), Buffer.from("mdat", "latin1"), u32(0), u32(20), u32(5)]);
  const object = Buffer.concat([box("prft", u32(0)), moof(tfhd(0), tfdt, trun(0, 1)), large]);
  for (let cut = 0; cut < object.length; cut += 1) assert.equal(scan(object, [cut]).ends, 1);
});

test("what is no CMAF chunk is refused with the reason, and the rest is not looked at", () => {
  const good = moof(tfhd(0), tfdt, trun(0, 1));
  const refused: [Buffer, RegExp][] = [
    [Buffer.alloc(16), /a box of type/],
    [box("\u0001bad"), /a box of type/],
    [Buffer.concat([u32(7), Buffer.from("mdat")]), /7 bytes/],
    [box("mdat"), /without its moof/],
    [Buffer.concat([good, good]), /two moofs/],
    [moof(tfhd(0), trun(0, 1)), /cannot be read/],
    [moof(tfhd(0), tfdt), /cannot be read/],
    [moof(tfhd(0x08), tfdt, trun(0, 1)), /cannot be read/],
    [moof(tfhd(0), tfdt, trun(0x100, 9, u32(1))), /cannot be read/],
    [moof(tfhd(0), tfdt, trun(0, 2 ** 32 - 1)), /cannot be read/],
    [box("moof", box("traf", tfdt, trun(0, 1)), box("traf", tfdt, trun(0, 1))), /cannot be read/],
    [box("moof", Buffer.alloc(MOOF_BYTES_LIMIT + 1)), /too large/],
  ];
  for (const [object, reason] of refused) {
    const { problems } = scan(Buffer.concat([object, Buffer.alloc(32)]));
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", reason);
  }
});

test("an object that ends inside a box is seen to", () => {
  const object = Buffer.concat([moof(tfhd(0), tfdt, trun(0, 1)), box("mdat", u32(1))]);
  for (let length = 1; length < object.length; length += 1)
    assert.equal(scan(object.subarray(0, length)).between, false, `${length} bytes`);
  assert.equal(scan(object).between, true);
});

test("ten thousand mutilated objects are followed or refused, never more", () => {
  const samples = [1, 2, 3].map((size) => ({
    ...{ duration: 3_600, compositionOffset: 0, flags: SYNC_FLAGS },
    bytes: new Uint8Array(size * 10),
  }));
  const good = Buffer.from(writeFragment({ sequence: 1, trackId: 1, decodeTime: 9, samples }));
  let followed = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(300), { maxLength: 3 }),
      (wounds, cuts) => {
        const mutilated = Buffer.concat([good, good]);
        for (const [at, value] of wounds) mutilated[at] = value;
        const told = scan(mutilated, cuts);
        assert.ok(told.problems.length <= 1);
        for (const facts of told.facts) assert.ok(facts.duration > 0 && facts.decodeTime >= 0);
        if (told.ends === 2) followed += 1;
      },
    ),
    { numRuns: 10_000, seed: 20_261_121 },
  );
  assert.ok(followed > 100 && followed < 9_900, `${followed} followed`);
});
