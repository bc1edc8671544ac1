import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { refusals } from "./errors.ts";
import { checkPath } from "./path.ts";
import { contentRange, parseRange, spanOf } from "./range.ts";

test("a range lies within its object whatever was asked", () => {
  fc.assert(
    fc.property(
      fc.nat(2_000),
      fc.option(fc.nat(2_000)),
      fc.option(fc.nat(2_000)),
      (length, first, last) => {
        const range = parseRange(`bytes=${first ?? ""}-${last ?? ""}`);
        if (!range)
          return assert.ok(first === null ? last === null : last !== null && last < first);
        const span = spanOf(range, length);
        if (!span)
          return assert.ok(
            length === 0 || (first ?? 0) >= length || (first === null && last === 0),
          );
        assert.ok(0 <= span.first && span.first <= span.last && span.last < length);
        assert.equal(contentRange(span, length), `bytes ${span.first}-${span.last}/${length}`);
      },
    ),
  );
});

test("ranges that are not understood are ignored", () => {
  for (const field of [
    "bytes=0-1,3-4",
    "items=0-1",
    "bytes=5-2",
    "bytes=-",
    "bytes 0-1",
    "bytes=a-b",
  ])
    assert.equal(parseRange(field), null, field);
});

test("a path that could be read in two ways is refused, an ordinary one is not", () => {
  for (const path of ["/a/b.m4s", "/a%20b", "/a..b/.c", "/%41"]) checkPath(path);
  for (const path of [
    "/..",
    "/a/./b",
    "/a/%2E/b",
    "/%2e.",
    "/a%2Fb",
    "/a%5cb",
    "/a\\b",
    "//a",
    "/a%0a",
    "/%7f",
    "/%g0",
    "/%4",
  ])
    assert.throws(() => checkPath(path), { code: "http/bad-path" }, path);
});

test("every refusal has a status of the client's or the server's fault", () => {
  for (const [name, row] of Object.entries(refusals.rows))
    assert.ok((row.status ?? 0) >= 400 && (row.status ?? 0) < 600, name);
});
