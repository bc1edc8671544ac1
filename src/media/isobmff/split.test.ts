import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistaError } from "#base";
import { BoxSplitter, type SplitBox } from "./split.ts";

const codeOf = (code: string) => (failure: unknown) =>
  failure instanceof RegistaError && failure.code === code;

/** A box of `size` bytes in all. */
function box(fourcc: string, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(size);
  bytes.write(fourcc, 4, "latin1");
  return bytes;
}

/** The same with a 64-bit size. */
function longBox(fourcc: string, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(1);
  bytes.write(fourcc, 4, "latin1");
  bytes.writeBigUInt64BE(BigInt(size), 8);
  return bytes;
}

test("a box that lies in one piece is given without a copy", () => {
  const stream = Buffer.concat([box("moof", 20), box("mdat", 12), box("styp", 30).subarray(0, 9)]);
  const splitter = new BoxSplitter();
  const boxes = splitter.push(stream);
  assert.deepEqual(
    boxes.map(({ fourcc, headerLength }) => [fourcc, headerLength]),
    [
      ["moof", 8],
      ["mdat", 8],
    ],
  );
  assert.equal(boxes[0]?.bytes.buffer, stream.buffer);
  assert.equal(splitter.pending, 9);
});

test("a 64-bit size is read, also byte by byte", () => {
  const splitter = new BoxSplitter();
  const found: SplitBox[] = [];
  for (const byte of longBox("mdat", 40)) found.push(...splitter.push(Uint8Array.of(byte)));
  assert.equal(found.length, 1);
  assert.equal(found[0]?.headerLength, 16);
  assert.equal(found[0]?.bytes.length, 40);
});

test("a size of 0, or below the head's own, is refused", () => {
  for (const size of [0, 2, 7]) {
    const bytes = box("mdat", 16);
    bytes.writeUInt32BE(size);
    assert.throws(() => new BoxSplitter().push(bytes), codeOf("isobmff/malformed"));
  }
  const bytes = longBox("mdat", 24);
  bytes.writeBigUInt64BE(15n, 8);
  assert.throws(() => new BoxSplitter().push(bytes), codeOf("isobmff/malformed"));
});

test("a box at the limit passes, one byte more is refused before its bytes have come", () => {
  const splitter = new BoxSplitter(100);
  assert.equal(splitter.push(box("mdat", 100)).length, 1);
  assert.throws(() => splitter.push(box("mdat", 101).subarray(0, 8)), codeOf("isobmff/too-large"));
});

test("a large box in small pieces costs a constant number of copies a byte", (t) => {
  const whole = box("mdat", 8 * 2 ** 20);
  const arrays = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const copies = t.mock.method(arrays, "set");
  const splitter = new BoxSplitter();
  let found = 0;
  for (let at = 0; at < whole.length; at += 1_000)
    found += splitter.push(whole.subarray(at, at + 1_000)).length;
  assert.equal(found, 1);
  const copied = copies.mock.calls.reduce((sum, { arguments: [source] }) => sum + source.length, 0);
  assert.ok(copied >= whole.length && copied < 4 * whole.length, `${copied} bytes copied`);
});
