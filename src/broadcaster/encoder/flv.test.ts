import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import { type FlvEvent, FlvReader } from "./flv.ts";

const header = Buffer.from([0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0]);

/** One tag with its trailer. */
function tag(type: number, timestampMs: number, data: readonly number[]): Buffer {
  const head = Buffer.alloc(11);
  head.writeUInt8(type, 0);
  head.writeUIntBE(data.length, 1, 3);
  head.writeUIntBE(timestampMs % 2 ** 24, 4, 3);
  head.writeUInt8(Math.floor(timestampMs / 2 ** 24), 7);
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(11 + data.length, 0);
  return Buffer.concat([head, Buffer.from(data), trailer]);
}

const film = Buffer.concat([
  header,
  tag(18, 0, [2, 0, 10]),
  tag(9, 0, [0x17, 0, 0, 0, 0, 1, 66, 192, 30]),
  tag(9, 0, [0x17, 1, 0, 0, 0, 9, 9, 9]),
  tag(9, 20, [0x27, 1, 0, 0, 0, 8]),
  tag(9, 3_600_000_000, [0x27, 1, 0, 0, 0, 7]),
  tag(9, 40, [0x17, 2, 0, 0, 0]),
]);
const told = [
  { kind: "config", bytes: [1, 66, 192, 30] },
  { kind: "sample", bytes: [9, 9, 9], sync: true, timestampMs: 0 },
  { kind: "sample", bytes: [8], sync: false, timestampMs: 20 },
  { kind: "sample", bytes: [7], sync: false, timestampMs: 3_600_000_000 },
];
const plain = (events: readonly FlvEvent[]) =>
  events.map((event) => ({ ...event, bytes: [...event.bytes] }));

test("frames are told as their last byte comes, however the pipe cuts them", () => {
  const cuts = fc.array(fc.integer({ min: 0, max: film.length }), { maxLength: 12 });
  fc.assert(
    fc.property(cuts, (places) => {
      const reader = new FlvReader("video");
      const events: FlvEvent[] = [];
      let from = 0;
      for (const to of [...places, film.length].sort((a, b) => a - b)) {
        events.push(...reader.push(film.subarray(from, to)));
        from = to;
      }
      assert.deepEqual(plain(events), told);
    }),
  );
});

test("a frame is not held until the next one comes", () => {
  const reader = new FlvReader("video");
  reader.push(header);
  const frame = tag(9, 0, [0x17, 1, 0, 0, 0, 5]);
  assert.equal(reader.push(frame.subarray(0, frame.length - 1)).length, 0);
  assert.equal(reader.push(frame.subarray(frame.length - 1)).length, 1);
});

test("sound comes as raw AAC frames, each of which can be decoded alone", () => {
  const reader = new FlvReader("audio");
  const bytes = Buffer.concat([
    header,
    tag(8, 0, [0xaf, 0, 0x11, 0x90]),
    tag(8, 21, [0xaf, 1, 0x21]),
  ]);
  assert.deepEqual(plain(reader.push(bytes)), [
    { kind: "config", bytes: [0x11, 0x90] },
    { kind: "sample", bytes: [0x21], sync: true, timestampMs: 21 },
  ]);
});

test("another codec and another container are refused", () => {
  assert.throws(() => new FlvReader("video").push(Buffer.alloc(32)), /broadcaster|FLV/);
  const vp6 = Buffer.concat([header, tag(9, 0, [0x14, 1, 0, 0, 0, 5])]);
  assert.throws(() => new FlvReader("video").push(vp6), { code: "broadcaster/encoder-garbled" });
});

test("ten thousand damaged outputs end in events or in a named error", () => {
  let seed = 1;
  const dice = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let round = 0; round < 10_000; round++) {
    const bytes = Buffer.from(film);
    for (let hit = 0; hit <= dice(4); hit++) bytes[dice(bytes.length)] = dice(256);
    const cut = dice(bytes.length);
    try {
      const reader = new FlvReader("video");
      reader.push(bytes.subarray(0, cut));
      reader.push(bytes.subarray(cut));
    } catch (failure) {
      assert.ok(failure instanceof RegistaError, String(failure));
    }
  }
});
