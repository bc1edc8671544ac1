import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utcMs } from "#base";
import { parseAge, parseCacheControl, sharedLifetimeS } from "./cacheControl.ts";
import { ifRangeHolds, noneMatchNames } from "./conditional.ts";
import { httpDate } from "./date.ts";
import { refusals } from "./errors.ts";
import { checkPath } from "./path.ts";
import { contentRange, parseRange, spanOf } from "./range.ts";

test("a shared cache takes s-maxage before max-age, and keeps nothing that it may not", () => {
  const lifetime = (field: string | undefined): number => sharedLifetimeS(parseCacheControl(field));
  assert.equal(lifetime("max-age=60"), 60);
  assert.equal(lifetime('Max-Age="60", S-MAXAGE=5'), 5);
  assert.equal(lifetime("max-age=60, no-store"), 0);
  assert.equal(lifetime("private, max-age=60"), 0);
  assert.equal(lifetime('no-cache="set-cookie", max-age=60'), 0);
  assert.equal(lifetime("max-age=-1"), 0);
  assert.equal(lifetime("max-age=1, max-age=9"), 1);
  assert.equal(lifetime("max-age=99999999999999"), 2 ** 31);
  assert.equal(lifetime('extension="a, max-age=9", max-age=3'), 3);
  assert.equal(lifetime(undefined), 0);
});

test("an age that cannot be read is none", () => {
  assert.deepEqual(
    [parseAge("7"), parseAge("x"), parseAge("-1"), parseAge(undefined)],
    [7, 0, 0, 0],
  );
});

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

test("conditions compare tags weakly for a whole, strongly for a part", () => {
  assert.ok(noneMatchNames('W/"a"', '"a"'));
  assert.ok(noneMatchNames('"x", "a"', 'W/"a"'));
  assert.ok(!noneMatchNames('"x"', '"a"'));
  assert.ok(!noneMatchNames(undefined, '"a"'));
  assert.ok(ifRangeHolds('"a"', '"a"') && ifRangeHolds(undefined, '"a"'));
  assert.ok(
    !ifRangeHolds('W/"a"', 'W/"a"') && !ifRangeHolds("Sat, 21 Nov 2026 20:00:00 GMT", '"a"'),
  );
});

test("dates are written as RFC 9110 wants them", () => {
  assert.equal(httpDate(utcMs(1_795_291_200_999)), "Sat, 21 Nov 2026 20:00:00 GMT");
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
