import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { readPlayerWords } from "./playerWords.ts";

const known = new Set(["a", "b"]);
const read = (pathway: string | undefined, throughput?: string) =>
  readPlayerWords({ pathway, throughput }, known);

test("a player's present pathway is read plain, quoted, and as the last known of a list", () => {
  assert.equal(read("a").current, "a");
  assert.equal(read('"a,b"').current, "b");
  assert.equal(read('"a","nobody"').current, "a");
  assert.equal(read("nobody").current, undefined);
  assert.equal(read(undefined).current, undefined);
  assert.equal(read(`a,${"x".repeat(2_000)}`).current, undefined);
});

test("throughputs are bits a second, each of the pathway at its place, some of them left out", () => {
  assert.deepEqual(read("a", "5140000").measured, [{ edge: "a", mbps: 5.14 }]);
  assert.deepEqual(read('"a,b"', "3000000,").measured, [
    { edge: "a", mbps: 3 },
    { edge: "b", mbps: null },
  ]);
  assert.deepEqual(read('"nobody,b"', "1000000,2000000").measured, [{ edge: "b", mbps: 2 }]);
});

test("what no player can have measured is strange, and counts for nothing", () => {
  for (const text of ["-7", "1e9", "NaN", "0", "9".repeat(12), "twelve"]) {
    const words = read("a", text);
    assert.deepEqual([words.strange, words.measured[0]?.mbps], [true, null], text);
  }
  assert.equal(read("x".repeat(2_000)).strange, true);
  assert.equal(read("a", "5000000").strange, false);
});

test("ten thousand strange fields are read without a failure, and only known pathways come of it", () => {
  const field = fc.option(fc.oneof(fc.string(), fc.constantFrom('"a,b"', "a", "1,2", ",,", '"')), {
    nil: undefined,
  });
  for (const [pathway, throughput] of fc.sample(fc.tuple(field, field), {
    seed: 11,
    numRuns: 10_000,
  })) {
    const words = read(pathway, throughput);
    for (const { edge, mbps } of words.measured)
      assert.ok(known.has(edge) && (mbps === null || mbps > 0));
  }
});
