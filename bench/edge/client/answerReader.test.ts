import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerReader } from "./answerReader.ts";

const raw = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 11\r\nETag: "a"\r\n\r\nhello world');
const chunked = Buffer.from(
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=1\r\n world\r\n0\r\n\r\n",
);
const empty = Buffer.from("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

/** A small generator, so that every run cuts alike. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test("an answer is the same however its bytes are cut", () => {
  const random = numbers(7);
  const next = (): number => random.next().value as number;
  const reader = new AnswerReader();
  for (let round = 0; round < 10_000; round += 1) {
    const answer = [raw, chunked][round % 2] as Buffer;
    reader.expect(true);
    for (let at = 0; at < answer.length;) {
      assert.equal(reader.complete, false);
      const end = at + 1 + Math.floor(next() * answer.length);
      reader.feed(answer.subarray(at, end));
      at = end;
    }
    assert.equal(reader.complete, true);
    assert.deepEqual([reader.status, reader.payload], [200, 11]);
    assert.equal(Buffer.concat(reader.kept ?? []).toString(), "hello world");
  }
});

test("an answer without a body ends with its head", () => {
  const reader = new AnswerReader();
  reader.expect();
  reader.feed(empty);
  assert.deepEqual([reader.status, reader.payload, reader.complete], [404, 0, true]);
});

test("what nobody asked for, a head without an end and a body without a length are no answers", () => {
  const reader = new AnswerReader();
  assert.throws(() => reader.feed(raw));
  reader.expect();
  assert.throws(() => reader.feed(Buffer.alloc(9_000, "a")));
  reader.expect();
  assert.throws(() => reader.feed(Buffer.from("HTTP/1.1 200 OK\r\n\r\n")));
});
