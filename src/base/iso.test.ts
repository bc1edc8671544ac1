// oxlint-disable no-restricted-globals -- no clock is read: the calendar of the language is the oracle
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isoTime, parseIsoTime } from "./iso.ts";
import { utcMs } from "./units.ts";

const FIRST = Date.UTC(1900, 0, 1);
const LAST = Date.UTC(2399, 11, 31);

test("an instant is written as the language's own Date writes it", () => {
  fc.assert(
    fc.property(fc.integer({ min: FIRST, max: LAST }), (at) => {
      assert.equal(isoTime(utcMs(at)), new Date(at).toISOString());
    }),
  );
});

test("what is written is read back", () => {
  fc.assert(
    fc.property(fc.integer({ min: FIRST, max: LAST }), (at) => {
      assert.equal(parseIsoTime(isoTime(utcMs(at))), at);
    }),
  );
});

test("a zone other than UTC is taken off, and text that is no time is refused", () => {
  assert.equal(parseIsoTime("2026-11-21T12:00:00+01:00"), Date.UTC(2026, 10, 21, 11));
  assert.equal(parseIsoTime("2026-11-21T12:00:00.5Z"), Date.UTC(2026, 10, 21, 12, 0, 0, 500));
  for (const text of ["", "2026-11-21", "2026-11-21T12:00:00", "2026-13-21T12:00:00Z", "now"])
    assert.equal(parseIsoTime(text), null);
});
