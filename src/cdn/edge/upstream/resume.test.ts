import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRange, type ReceivedHeaders } from "#http";
import { type Broken, judgeRest, restOf, strongTag } from "./resume.ts";

const growing: Broken = { etag: '"a"', got: 1_000, length: null };
const known: Broken = { etag: '"a"', got: 1_000, length: 5_000 };

const fields = (range: string | undefined, etag = '"a"', length?: string): ReceivedHeaders => {
  const all = { etag, "content-range": range, "content-length": length };
  return {
    get: (name) => all[name.toLowerCase() as keyof typeof all],
    entries: () => [],
  };
};

test("the rest of a growing object is asked for with the very last byte, which our servers understand", () => {
  const asked = restOf(growing, [
    ["Via", "1.1 e"],
    ["If-None-Match", '"old"'],
    ["range", "bytes=0-1"],
  ]);
  assert.deepEqual(asked, [
    ["Via", "1.1 e"],
    ["Range", "bytes=1000-9007199254740991"],
    ["If-Range", '"a"'],
  ]);
  const range = parseRange(asked.find(([name]) => name === "Range")?.[1]);
  assert.deepEqual(range, { kind: "closed", first: 1_000, last: 2 ** 53 - 1 });
  assert.deepEqual(restOf(known, [])[0], ["Range", "bytes=1000-4999"]);
});

test("only a 206 that goes on at the missing byte to the end, under the same ETag, is the rest", () => {
  const rest = (length: number | null): unknown => ({ kind: "rest", length });
  const cases: [Broken, number, ReceivedHeaders, unknown][] = [
    [growing, 206, fields("bytes 1000-9007199254740991/*"), rest(null)],
    [growing, 206, fields("bytes 1000-1999/2000"), rest(2_000)],
    [known, 206, fields("bytes 1000-4999/5000"), rest(5_000)],
    [known, 206, fields("bytes 1000-4999/*"), rest(null)],
    [growing, 416, fields("bytes */1000"), { kind: "none" }],
    [{ ...growing, got: 0 }, 200, fields(undefined), rest(null)],
    [{ ...known, got: 0 }, 200, fields(undefined, '"a"', "5000"), rest(5_000)],
  ];
  for (const [broken, status, headers, expected] of cases)
    assert.deepEqual(judgeRest(broken, status, headers), expected);
});

test("everything else is of no use", () => {
  const cases: [Broken, number, ReceivedHeaders][] = [
    [growing, 206, fields("bytes 1000-9007199254740991/*", '"b"')],
    [growing, 206, fields("bytes 1000-9007199254740991/*", 'W/"a"')],
    [growing, 206, fields("bytes 999-9007199254740991/*")],
    [growing, 206, fields("bytes 1000-1499/*")],
    [growing, 206, fields("bytes 1000-1499/2000")],
    [growing, 206, fields(undefined)],
    [growing, 206, fields("bytes */2000")],
    [growing, 200, fields(undefined)],
    [growing, 416, fields("bytes */900")],
    [known, 416, fields("bytes */1000")],
    [growing, 503, fields("bytes 1000-1999/2000")],
    [known, 206, fields("bytes 1000-5999/6000")],
    [{ ...known, got: 0 }, 200, fields(undefined, '"a"', "6000")],
  ];
  for (const [broken, status, headers] of cases)
    assert.equal(judgeRest(broken, status, headers).kind, "useless", headers.get("content-range"));
});

test("a weak tag, or none, is no strong one", () => {
  assert.equal(strongTag('"a-b.c"'), '"a-b.c"');
  for (const tag of [undefined, "", 'W/"a"', "a", '"a', '"a"b"', '"a b"'])
    assert.equal(strongTag(tag), null);
});

test("ten thousand mangled ranges: none is taken that does not begin at the missing byte", () => {
  let seed = 0x5eed;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  const alphabet = "0123456789-*/ bytes=\u0000x";
  for (let round = 0; round < 10_000; round++) {
    const characters = "bytes 1000-1999/2000".split("");
    for (let change = random(3) + 1; change > 0; change--) {
      const at = random(characters.length);
      characters.splice(at, random(2), alphabet[random(alphabet.length)] as string);
    }
    const range = characters.join("");
    if (judgeRest(growing, 206, fields(range)).kind === "rest")
      assert.match(range, /^bytes 0*1000-\d+\/(\d+|\*)$/);
  }
});
