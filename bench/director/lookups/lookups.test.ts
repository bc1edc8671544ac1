import assert from "node:assert/strict";
import { test } from "node:test";
import { LengthMaps } from "./lengthMaps.ts";
import { oursOf } from "./ours.ts";
import { questionsOf } from "./questions.ts";
import { SortedRanges } from "./sortedRanges.ts";
import { syntheticTable } from "./syntheticTable.ts";

test("a synthetic table is the same under its seed, without doubles, and all contenders answer alike", () => {
  for (const family of [4, 6] as const) {
    const options = { count: 3_000, seed: 11 };
    const list = syntheticTable(family, options);
    assert.deepEqual(list, syntheticTable(family, options));
    const texts = new Set(list.entries.map(({ prefix }) => prefix.text));
    assert.equal(texts.size, list.entries.length);
    assert.ok(Math.abs(texts.size - options.count) < 20, `${texts.size} prefixes`);
    const { words } = questionsOf(list, { count: 2_000, texts: 0, seed: 12 });
    const [ours, ...others] = [oursOf(list), new SortedRanges(list), new LengthMaps(list)] as const;
    assert.equal(ours.covered(words), 2_000);
    for (const other of others)
      for (let at = 0; at < words.length; at += 4) {
        const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words.subarray(at, at + 4);
        assert.equal(other.find(w0, w1, w2, w3), ours.find(w0, w1, w2, w3));
      }
  }
});
