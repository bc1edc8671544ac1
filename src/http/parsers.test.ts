import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError, numbersOf } from "#base";
import { parseCacheControl } from "./cacheControl.ts";
import { ChunkDecoder, frameChunk, LAST_CHUNK, unframeChunk } from "./chunked.ts";
import { httpLimits } from "./limits.ts";
import { checkPath } from "./path.ts";
import { parseRange } from "./range.ts";
import { judgeRequest, type RequestHead, requestHeadReader } from "./requestHead.ts";
import { ResponseReader } from "./responseReader.ts";
import { readWholeHead } from "./wholeHead.ts";
import { requestHead, responseHead } from "./writeHead.ts";

const SEED = 20_261_121;
const ROUNDS = 10_000;

const spice = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  " ",
  "\t",
  ":",
  ";",
  ",",
  '"',
  "0",
  "ffffffff",
  "\r\n\r\n",
  "Host: a\r\n",
  "%",
  "=",
  "-",
];

/** A few random changes: bytes changed, cut, doubled, or something nasty put in. */
function mutate(text: string, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(text, "latin1");
  for (let change = random(4); change >= 0; change--) {
    const at = random(bytes.length + 1);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const kind = random(5);
    if (kind === 0 && at < bytes.length) bytes[at] = random(256);
    else if (kind === 1) bytes = Buffer.concat([before, after.subarray(random(8))]);
    else if (kind === 2) bytes = Buffer.concat([before, before.subarray(-random(40)), after]);
    else if (kind === 3)
      bytes = Buffer.concat([
        before,
        Buffer.from(spice[random(spice.length)] as string, "latin1"),
        after,
      ]);
    else bytes = Buffer.from(before);
  }
  return bytes;
}

/** Feeds `bytes` in pieces that end at `cuts`; what came of it, as text. */
type Play = (pieces: readonly Buffer[]) => string;

const outcome = (work: () => string): string => {
  try {
    return work();
  } catch (failure) {
    if (!(failure instanceof RegistaError)) throw failure;
    return failure.code;
  }
};

/** What a head says, with each of its fields as a handler asks for it. */
const told = (head: RequestHead): string => {
  const { method, target, minor, path, query, framing, keepAlive, expectsContinue } = head;
  const lines = [...head.fields.entries()];
  const asked = [...lines.map(([name]) => name), "RANGE", "via"].map((name) =>
    head.fields.get(name),
  );
  const others = { method, target, minor, path, query, framing, keepAlive, expectsContinue };
  return JSON.stringify([others, lines, asked]);
};

/** As a connection does: a head that came whole may be read in one pass. */
const playRequest: Play = (pieces) =>
  outcome(() => {
    const [first] = pieces;
    const whole = first && readWholeHead(first, 0, httpLimits);
    if (whole) return told(whole);
    const reader = requestHeadReader(httpLimits);
    for (const piece of pieces) {
      const end = reader.feed(piece, 0);
      if (end < 0) continue;
      return told(judgeRequest(reader.start as never, reader.fields, httpLimits.bodyBytes));
    }
    return "more";
  });

const playChunks: Play = (pieces) => {
  const told: string[] = [];
  let ends = 0;
  const decoder = new ChunkDecoder({
    data: (bytes, chunk) => {
      told[chunk] = (told[chunk] ?? "") + Buffer.from(bytes).toString("latin1");
    },
    chunkEnd: (chunk) => (ends += chunk + 1),
  });
  const end = outcome(() => {
    let used = 0;
    for (const piece of pieces) used += decoder.feed(piece, 0);
    return `used ${used} ${decoder.done}`;
  });
  return JSON.stringify([told, ends, end]);
};

const playResponse: Play = (pieces) => {
  let told = "";
  let body = "";
  const reader = new ResponseReader(
    "GET",
    {
      head: (status, headers) => (told += `${status} ${JSON.stringify([...headers.entries()])}`),
      data: (bytes) => (body += Buffer.from(bytes).toString("latin1")),
      chunkEnd: (chunk) => (body += `|${chunk}|`),
      end: () => (body += "|end"),
    },
    httpLimits,
  );
  return (
    outcome(() => {
      let used = 0;
      for (const piece of pieces) used += reader.feed(piece, 0);
      return `used ${used}`;
    }) +
    told +
    body
  );
};

/** The whole, cut at every position, and byte by byte. */
function assertSplitsAgree(play: Play, bytes: Buffer): void {
  const whole = play([bytes]);
  for (let cut = 0; cut <= bytes.length; cut++)
    assert.equal(
      play([bytes.subarray(0, cut), bytes.subarray(cut)]),
      whole,
      `cut at ${cut}: ${JSON.stringify(bytes.toString("latin1"))}`,
    );
  assert.equal(play([...bytes].map((byte) => Buffer.of(byte))), whole);
}

const request =
  "POST /match/v720/935053.m4s?CMCD=br%3D3200%2Csid%3D%22a%22 HTTP/1.1\r\nHost: 127.0.0.1:8091\r\nAccept: */*\r\nRange: bytes=0-99\r\nTransfer-Encoding: chunked\r\n\r\n";
const plain =
  "GET /match/v720/935053.m4s?CMCD=br%3D3200%2Csid%3D%22a%22 HTTP/1.1\r\nHost: 127.0.0.1:8091\r\nConnection: keep-alive\r\nAccept:\t*/* \r\nRange: bytes=0-99\r\nAccept: a\r\n\r\n";
const chunks = "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nTrailer: x\r\n\r\nnext";
const response = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nETag: "a"\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
const sized = "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1";

test("the outcome of a message does not depend on how its bytes were cut", () => {
  assertSplitsAgree(playRequest, Buffer.from(request, "latin1"));
  assertSplitsAgree(playRequest, Buffer.from(plain, "latin1"));
  assertSplitsAgree(playChunks, Buffer.from(chunks, "latin1"));
  assertSplitsAgree(playResponse, Buffer.from(response, "latin1"));
  assertSplitsAgree(playResponse, Buffer.from(sized, "latin1"));
  const random = numbersOf(SEED);
  for (let round = 0; round < 150; round++) {
    assertSplitsAgree(playRequest, mutate(request, random));
    assertSplitsAgree(playRequest, mutate(plain, random));
    assertSplitsAgree(playChunks, mutate(chunks, random));
    assertSplitsAgree(playResponse, mutate(response, random));
  }
});

test("limits are judged alike whether a line is complete or not", () => {
  const long = Buffer.from(`GET /${"a".repeat(9_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, "latin1");
  for (const cut of [8_000, 8_250, 9_000, long.length - 1])
    assert.equal(playRequest([long.subarray(0, cut), long.subarray(cut)]), playRequest([long]));
});

for (const [name, play, sample] of [
  ["request heads", playRequest, request],
  ["plain request heads", playRequest, plain],
  ["chunked bodies", playChunks, chunks],
  ["responses", playResponse, response],
  ["responses with a length", playResponse, sized],
] as const) {
  test(`${ROUNDS} mutated ${name} are read or refused, never worse`, () => {
    const random = numbersOf(SEED);
    const seen = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutate(sample, random);
      const cut = random(bytes.length + 1);
      seen.add(play([bytes.subarray(0, cut), bytes.subarray(cut)]));
    }
    assert.ok(seen.size > 100, "the mutations reach many outcomes");
  });
}

test(`what of ${ROUNDS} heads is read in one pass is read alike line by line, in its first byte and its last`, () => {
  const random = numbersOf(SEED);
  let read = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const bytes = Buffer.concat([mutate(plain, random), Buffer.from("GET /")]);
    const whole = readWholeHead(bytes, 0, httpLimits);
    if (!whole) continue;
    read++;
    const reader = requestHeadReader(httpLimits);
    assert.equal(reader.feed(bytes, 0), whole.end);
    assert.equal(told(judgeRequest(reader.start as never, reader.fields, 0)), told(whole));
  }
  assert.ok(read > ROUNDS / 10, `${read} were read in one pass`);
});

test("limits hold for a head that comes whole as for one that does not", () => {
  const fields = (count: number): string => "A: b\r\n".repeat(count);
  const heads = [
    `GET /${"a".repeat(8_191)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /${"a".repeat(8_192)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\n${fields(99)}\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\n${fields(100)}\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(16_384 - 32)}\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(16_384 - 31)}\r\n\r\n`,
  ];
  const accepted = heads.map((head) => {
    const bytes = Buffer.from(head, "latin1");
    assert.equal(playRequest([bytes]), playRequest([bytes.subarray(0, 9), bytes.subarray(9)]));
    return readWholeHead(bytes, 0, httpLimits) !== null;
  });
  assert.deepEqual(accepted, [true, false, true, false, true, false]);
});

test(`${ROUNDS} mutated Range, Cache-Control and path texts are read, never worse`, () => {
  const random = numbersOf(SEED);
  for (let round = 0; round < ROUNDS; round++) {
    const range = parseRange(mutate("bytes=100-2000", random).toString("latin1"));
    if (range?.kind === "closed") assert.ok(range.first <= range.last);
    const field = 'public, max-age=60, s-maxage="10", no-cache="a,b\\"c", stale-while-revalidate=5';
    const directives = parseCacheControl(mutate(field, random).toString("latin1"));
    for (const seconds of [directives.maxAgeS, directives.sMaxageS])
      assert.ok(seconds === null || (seconds >= 0 && seconds <= 2 ** 31));
    outcome(() => {
      checkPath(mutate("/match/v720/%41%2e.m4s", random).toString("latin1"));
      return "";
    });
  }
});

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
const value = fc.stringMatching(
  /^([!-~\u0080-\u00ff]([ \t!-~\u0080-\u00ff]{0,30}[!-~\u0080-\u00ff])?)?$/,
);
const special = new Set(["host", "content-length", "transfer-encoding", "expect", "connection"]);
const fields = fc.array(
  fc.tuple(
    token.filter((name) => !special.has(name.toLowerCase())),
    value,
  ),
  { maxLength: 20 },
);
const path = fc.stringMatching(/^(\/[\w-]{1,10}){1,4}$/);
const query = fc.stringMatching(/^[!$-;=?-~]{0,40}$/);

test("a written request head reads back as it was", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("GET", "HEAD", "PUT", "POST", "X-OWN"),
      path,
      query,
      fields,
      (method, path, query, fields) => {
        const target = query === "" ? path : `${path}?${query}`;
        const text = requestHead(method, target, [["Host", "a:1"], ...fields]);
        const bytes = Buffer.from(text, "latin1");
        const reader = requestHeadReader(httpLimits);
        assert.equal(reader.feed(bytes, 0), bytes.length);
        const head: RequestHead = judgeRequest(reader.start as never, reader.fields, 0);
        assert.deepEqual([head.method, head.path, head.query], [method, path, query]);
        assert.deepEqual([...head.fields.entries()].slice(1), fields);
      },
    ),
    { seed: SEED },
  );
});

test("a written response head reads back as it was", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 200, max: 599 }).filter((status) => status !== 204 && status !== 304),
      fields,
      (status, fields) => {
        let told: unknown[] = [];
        const reader = new ResponseReader(
          "GET",
          {
            head: (status, headers) => (told = [status, [...headers.entries()]]),
            data: () => undefined,
            chunkEnd: () => undefined,
            end: () => undefined,
          },
          httpLimits,
        );
        reader.feed(Buffer.from(`${responseHead(status, fields)}\r\n`, "latin1"), 0);
        assert.deepEqual(told, [status, fields]);
      },
    ),
    { seed: SEED },
  );
});

test("framed chunks read back as they were, one by one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 8 }),
      (pieces) => {
        const frames = pieces.map((piece) => frameChunk(piece));
        for (const [at, frame] of frames.entries())
          assert.deepEqual([...unframeChunk(frame)], [...(pieces[at] as Uint8Array)]);
        const got: number[][] = [];
        const decoder = new ChunkDecoder({
          data: (bytes, chunk) => void (got[chunk] ??= []).push(...bytes),
          chunkEnd: () => undefined,
        });
        decoder.feed(Buffer.concat([...frames, LAST_CHUNK]), 0);
        assert.ok(decoder.done);
        assert.deepEqual(
          got,
          pieces.map((piece) => [...piece]),
        );
      },
    ),
    { seed: SEED },
  );
});
