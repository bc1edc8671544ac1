import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AnswerHead, AnswerReader } from "./answerReader.ts";
import { CHUNK_DIGITS_LIMIT, CHUNK_LINE_LIMIT, HEAD_BYTES_LIMIT } from "./limits.ts";

interface Read {
  heads: AnswerHead[];
  body: string;
  ends: number;
  /** The index behind the answer; -1: refused. */
  at: number;
  problem: string;
}

/** Reads one answer from pieces that end at `cuts`. */
function read(wire: string, cuts: readonly number[] = []): Read {
  const told: Read = { heads: [], body: "", ends: 0, at: 0, problem: "" };
  const reader = new AnswerReader({
    head: (head) => told.heads.push({ ...head }),
    body: (bytes, from, to) => (told.body += bytes.toString("latin1", from, to)),
    end: () => (told.ends += 1),
  });
  reader.begin();
  const bytes = Buffer.from(wire, "latin1");
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])];
  let from = 0;
  for (const end of ends.sort((a, b) => a - b)) {
    // As on a socket: each piece lies at the start of a buffer that is longer than it.
    const piece = Buffer.concat([bytes.subarray(from, end), Buffer.from("HTTP/1.1\r\n\r\n")]);
    const at = reader.feed(piece, 0, end - from);
    if (at < 0) return { ...told, at: -1, problem: reader.problem };
    told.at = from + at;
    from = end;
    if (!reader.busy) break;
  }
  if (reader.busy) reader.peerEnded();
  return told;
}

const lengthened = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
const chunked =
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n" +
  "5;a=b\r\nhello\r\n1 \r\n \r\n00A\r\nwide world\r\n0\r\nX-Trailer: 1\r\nY: 2\r\n\r\n";
const ranged =
  "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-4/*\r\nContent-Length: 5\r\n\r\nhello";
const closing = "HTTP/1.1 200 OK\r\n\r\nhello";
const bodies: [string, string][] = [
  [lengthened, "hello"],
  [chunked, "hello wide world"],
  [ranged, "hello"],
  [closing, "hello"],
];

test("an answer is the same in whatever pieces it comes", () => {
  const cuts = fc.array(fc.nat(400), { maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...bodies), cuts, ([wire, body], pieces) => {
      const told = read(wire, pieces);
      assert.equal(told.problem, "");
      assert.equal(told.body, body);
      assert.equal(told.ends, 1);
      assert.equal(told.heads.length, 1);
      assert.equal(told.at, wire.length);
    }),
    { seed: 20_261_121 },
  );
  for (const [wire, body] of bodies) {
    const every = Array.from({ length: wire.length }, (_, index) => index);
    assert.equal(read(wire, every).body, body);
  }
});

test("a head says status, length, range, and whether the connection ends", () => {
  const [head] = read(ranged).heads;
  assert.deepEqual(head, {
    ...{ status: 206, length: 5, chunked: false, close: false },
    ...{ first: 0, last: 4, whole: -1, retryAfterS: -1 },
  });
  assert.equal(read(lengthened).heads[0]?.close, true);
  assert.equal(read(closing).heads[0]?.close, true, "an answer without a length ends with it");
  assert.equal(read(ranged.replace("*", "99")).heads[0]?.whole, 99);
});

test("an answer without a body ends with its head, and what follows it is not touched", () => {
  for (const head of [
    "HTTP/1.1 204 No Content\r\n\r\n",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
    "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
  ]) {
    const told = read(`${head}surplus`);
    assert.equal(told.ends, 1, head);
    assert.equal(told.at, head.length);
    assert.equal(told.body, "");
  }
});

test("an answer that breaks RFC 9112 is refused with the reason", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  const coded = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
  const refused: [string, RegExp][] = [
    ["HTTP/1.0 200 OK\r\n\r\n", /status line/],
    ["ICY 200 OK\r\n\r\n", /status line/],
    [`${ok}Content-Length: 5\r\nContent-Length: 5\r\n\r\n`, /twice/],
    [`${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`, /length and a transfer/],
    [`${ok}Content-Length: five\r\n\r\n`, /no number/],
    [`${ok}Content-Length: -1\r\n\r\n`, /no number/],
    [`${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`, /not known/],
    ["HTTP/1.1 206 Partial\r\nContent-Length: 1\r\n\r\n", /which range/],
    [`${coded}\r\n`, /no size/],
    [`${coded}5z\r\n`, /no number/],
    [`${coded}5\rhello`, /size line/],
    [`${coded}4\r\nhello\r\n`, /longer than its size/],
    [`${coded}5\r\nhello\rX`, /longer than its size/],
    [`${coded}0\r\nX: 1\rY`, /trailer/],
  ];
  for (const [wire, reason] of refused) assert.match(read(wire).problem, reason, wire);
});

test("an answer at a limit is read, and refused beyond it", () => {
  const padded = (length: number): string => {
    const frame = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \r\n\r\n";
    return frame.replace("X: ", `X: ${"x".repeat(length - frame.length)}`);
  };
  const inPieces = [HEAD_BYTES_LIMIT - 10];
  assert.equal(read(padded(HEAD_BYTES_LIMIT), inPieces).ends, 1);
  const beyond = [HEAD_BYTES_LIMIT + 1];
  assert.match(read(padded(HEAD_BYTES_LIMIT + 9), beyond).problem, /too long/);
  const sized = (digits: number): string =>
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"5".padStart(digits, "0")}\r\nhello\r\n0\r\n\r\n`;
  assert.equal(read(sized(CHUNK_DIGITS_LIMIT)).body, "hello");
  assert.match(read(sized(CHUNK_DIGITS_LIMIT + 1)).problem, /too long/);
  const extended = (length: number): string =>
    sized(1).replace("5\r", `5;${"x".repeat(length - 1)}\r`);
  assert.equal(read(extended(CHUNK_LINE_LIMIT)).body, "hello");
  assert.match(read(extended(CHUNK_LINE_LIMIT + 1)).problem, /too long/);
});

test("ten thousand mutilated answers are read or refused, never more", () => {
  let whole = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies),
      fc.array(
        fc.record({
          at: fc.nat(220),
          cut: fc.nat(3),
          put: fc.oneof(
            fc.string({ maxLength: 3, unit: "binary-ascii" }),
            fc.constantFrom("\r\n", "\r\n\r\n", "0", "f", ":", " "),
          ),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      fc.array(fc.nat(220), { maxLength: 3 }),
      ([wire], wounds, cuts) => {
        let mutilated = wire;
        for (const { at, cut, put } of wounds)
          mutilated = mutilated.slice(0, at) + put + mutilated.slice(at + cut);
        const told = read(mutilated, cuts);
        assert.ok(told.ends <= 1 && told.heads.length <= 1);
        if (told.ends === 1) whole += 1;
      },
    ),
    { numRuns: 10_000, seed: 20_261_121 },
  );
  assert.ok(whole > 100 && whole < 9_900, `${whole} read: the wounds are too deep or too shallow`);
});
