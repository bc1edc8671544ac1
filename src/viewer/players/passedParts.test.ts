import assert from "node:assert/strict";
import test from "node:test";
import { type ListedPart, markPassedParts } from "./passedParts.ts";

const part = (sn: number, loaded: boolean): ListedPart => ({
  fragment: { sn },
  loaded,
  gap: false,
});
const gaps = (parts: readonly ListedPart[]): boolean[] => parts.map(({ gap }) => gap);

test("parts passed over within a segment become holes, those still to come do not", () => {
  const parts = [part(5, false), part(6, false), part(6, true), part(6, true), part(7, false)];
  assert.equal(markPassedParts(parts), 1);
  assert.deepEqual(gaps(parts), [false, true, false, false, false]);
  assert.equal(markPassedParts(parts), 0);
});

test("a segment whose loaded parts come first is left alone, as is a playlist without parts", () => {
  const parts = [part(6, true), part(6, false), part(6, false)];
  assert.equal(markPassedParts(parts), 0);
  assert.equal(markPassedParts(null), 0);
});
