import assert from "node:assert/strict";
import test from "node:test";
import { Series, SERIES_S } from "./series.ts";

test("a minute of readings is kept, seen as seconds before now", () => {
  const series = new Series(2);
  for (let at = 0; at <= 90_000; at += 250) series.add(at, [at, null]);
  const [times, first, second] = series.columns(90_000);
  assert.equal(times?.at(-1), 0);
  assert.ok((times?.[0] ?? 0) >= -SERIES_S);
  assert.equal(times?.length, first?.length);
  assert.equal(first?.at(-1), 90_000);
  assert.equal(second?.at(-1), null);
});

test("a clock that runs wild does not let it grow", () => {
  const series = new Series(1);
  for (let turn = 0; turn < 10_000; turn += 1) series.add(5, [turn]);
  assert.ok((series.columns(5)[0]?.length ?? 0) <= 300);
});
