import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utcMs } from "#base";
import { onlyIfCached, parseAge, parseCacheControl, splitList } from "./cacheControl.ts";
import { type Conditions, ifRangeHolds, judgeConditions, noneMatchNames } from "./conditional.ts";
import { httpDate, parseHttpDate } from "./date.ts";

const eight = "Sat, 21 Nov 2026 20:00:00 GMT";
const nine = "Sat, 21 Nov 2026 21:00:00 GMT";

test("directives are read whatever their case, order and quotes, and the first of two stands", () => {
  const ages: [string | undefined, number | null][] = [
    ["max-age=60", 60],
    ['Max-Age="60", S-MAXAGE=5', 60],
    ["max-age=1, max-age=9", 1],
    ["max-age=99999999999999", 2 ** 31],
    ['extension="a, max-age=9", max-age=3', 3],
    ['extension="max-age=9"', null],
    ["max-age=003600", 3600],
    [undefined, null],
  ];
  for (const [field, seconds] of ages)
    assert.equal(parseCacheControl(field).maxAgeS, seconds, field);
});

test("a lifetime that cannot be read is none, and a prohibition is read however it is spoilt", () => {
  for (const field of [
    "max-age=-1",
    "max-age=3600.5",
    "max-age='60'",
    "max-age =60",
    "max-age= 60",
  ])
    assert.equal(parseCacheControl(field).maxAgeS, 0, field);
  for (const field of ["no-store;", "No-Store = 1", 'no-store="x', "x, ,no-store"])
    assert.ok(parseCacheControl(field).noStore, field);
  assert.ok(parseCacheControl('no-cache="set-cookie"').noCache);
  assert.ok(parseCacheControl('PRIVATE="set-cookie, x"').private);
  assert.ok(!parseCacheControl("no-stored, xno-store").noStore);
});

test("nothing breaks the readers of lists, directives, ages and dates", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(...'max-age= 60,"\\;GMT:'.split(""), "no-store", "Sat, 21 Nov", "Age"),
        { maxLength: 30 },
      )
      .map((words) => words.join("")),
  );
  fc.assert(
    fc.property(text, (field) => {
      const { maxAgeS, sMaxageS } = parseCacheControl(field);
      for (const seconds of [maxAgeS, sMaxageS, parseAge(field)])
        assert.ok(seconds === null || (seconds >= 0 && seconds <= 2 ** 31));
      assert.ok(splitList(field).every((member) => member === member.trim() && member !== ""));
      onlyIfCached(field);
      const date = parseHttpDate(field);
      assert.ok(date === null || Number.isFinite(date));
    }),
    { numRuns: 10_000, seed: 11 },
  );
});

test("of several ages the first counts, and what is no age is ignored", () => {
  const told = ["7", "7, 9", " 7 ", "x", "-1", "1.5", "", undefined].map(parseAge);
  assert.deepEqual(told, [7, 7, 7, null, null, null, null, null]);
});

test("a date is read in HTTP's three forms, whatever its case, and in no other", () => {
  const at = 784_111_777_000;
  for (const text of [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "sun, 06 NOV 1994 08:49:37 gmt",
  ])
    assert.equal(parseHttpDate(text), at, text);
  for (const text of [
    "0",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0100",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT",
    "Sun 06 Nov 1994 08:49:37 GMT",
    "1994-11-06T08:49:37Z",
  ])
    assert.equal(parseHttpDate(text), null, text);
  assert.equal(parseHttpDate("Thursday, 18-Aug-50 02:01:18 GMT"), 2_544_400_878_000);
});

test("what is written as a date reads back as the second it names", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (second) => {
      assert.equal(parseHttpDate(httpDate(utcMs(second * 1_000 + 999))), second * 1_000);
    }),
  );
  assert.equal(httpDate(utcMs(1_795_291_200_999)), eight);
});

test("conditions compare tags weakly for a whole, strongly for a part", () => {
  assert.ok(noneMatchNames('W/"a"', '"a"'));
  assert.ok(noneMatchNames('"x", "a"', 'W/"a"'));
  assert.ok(!noneMatchNames('"x"', '"a"'));
  assert.ok(!noneMatchNames(undefined, '"a"'));
  assert.ok(ifRangeHolds('"a"', '"a"') && ifRangeHolds(undefined, '"a"'));
  assert.ok(!ifRangeHolds('W/"a"', 'W/"a"') && !ifRangeHolds(eight, '"a"'));
});

test("a date lets a range be served only where it surely names one version", () => {
  assert.ok(ifRangeHolds(eight, undefined, { lastModified: eight, date: nine }));
  assert.ok(!ifRangeHolds(eight, undefined, { lastModified: eight, date: eight }));
  assert.ok(!ifRangeHolds(nine, undefined, { lastModified: eight, date: nine }));
  assert.ok(!ifRangeHolds(eight, undefined, { lastModified: eight }));
});

test("conditions are judged in the order of RFC 9110 13.2.2", () => {
  const none = {
    ifMatch: undefined,
    ifUnmodifiedSince: undefined,
    ifNoneMatch: undefined,
    ifModifiedSince: undefined,
  };
  const judge = (conditions: Partial<Conditions>, etag: string | undefined = '"a"'): string =>
    judgeConditions({ ...none, ...conditions }, { etag, lastModified: nine });
  assert.equal(judge({ ifMatch: '"b"' }), "failed");
  assert.equal(judge({ ifMatch: 'W/"a"' }), "failed");
  assert.equal(judge({ ifMatch: '"b", "a"' }), "holds");
  assert.equal(judge({ ifMatch: "*" }, 'W/"a"'), "holds");
  assert.equal(judge({ ifUnmodifiedSince: eight }), "failed");
  assert.equal(judge({ ifUnmodifiedSince: nine }), "holds");
  assert.equal(judge({ ifMatch: '"a"', ifUnmodifiedSince: eight }), "holds");
  assert.equal(judge({ ifMatch: '"b"', ifNoneMatch: '"a"' }), "failed");
  assert.equal(judge({ ifNoneMatch: '"a"', ifModifiedSince: eight }), "notModified");
  assert.equal(judge({ ifNoneMatch: '"b"', ifModifiedSince: nine }), "holds");
  assert.equal(judge({ ifModifiedSince: nine }), "notModified");
  assert.equal(judge({ ifModifiedSince: eight }), "holds");
  assert.equal(judge({ ifModifiedSince: "yesterday" }), "holds");
  const blind = { etag: undefined, lastModified: undefined };
  assert.equal(
    judgeConditions({ ...none, ifMatch: '"a"', ifModifiedSince: nine }, blind),
    "holds",
    "what the answer does not tell, a cache cannot judge",
  );
  const dated = { etag: undefined, lastModified: undefined, date: eight };
  assert.equal(judgeConditions({ ...none, ifModifiedSince: nine }, dated), "notModified");
});
