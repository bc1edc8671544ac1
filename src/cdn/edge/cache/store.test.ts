import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { received } from "./cacheStage.ts";
import { SELECTING_LENGTH, VARIANTS_PER_OBJECT, VARYING_OBJECTS } from "./limits.ts";
import { ObjectCache, type StoredObject } from "./store.ts";
import { selection } from "./vary.ts";

const object = (bytes: number): StoredObject => ({
  head: {} as StoredObject["head"],
  body: new Uint8Array(bytes),
});

test("the cache stays within its bytes, and what was used last stays longest", () => {
  let evicted = 0;
  const cache = new ObjectCache(40_000, () => evicted++);
  for (const key of ["a", "b", "c", "d"]) assert.ok(cache.keep(key, key, object(6_000)));
  assert.notEqual(cache.find("a"), null);
  assert.ok(cache.keep("e", "e", object(7_000)));
  assert.equal(cache.find("b"), null);
  assert.notEqual(cache.find("a"), null);
  assert.equal(evicted, 1);
  assert.ok(cache.bytes <= 40_000);
});

test("one object does not drive out all others", () => {
  const cache = new ObjectCache(40_000, () => assert.fail());
  assert.ok(!cache.keep("a", "a", object(20_000)));
  assert.deepEqual([cache.size, cache.bytes], [0, 0]);
});

test("the cache's count of its bytes is true after anything", () => {
  const move = fc.record({
    key: fc.constantFrom("a", "b", "c"),
    value: fc.constantFrom("1", "2", "3"),
    size: fc.nat(9_000),
    what: fc.constantFrom("keep", "keep", "keep", "find", "drop", "dropVariant", "vary", "plain"),
  });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const cache = new ObjectCache(30_000, () => undefined);
      for (const { key, value, size, what } of moves) {
        const variant = cache.variant(key, received([["V", value]])) ?? assert.fail();
        if (what === "keep") cache.keep(key, variant, object(size));
        else if (what === "find") cache.find(variant);
        else if (what === "drop") cache.drop(key);
        else if (what === "dropVariant") cache.dropVariant(variant);
        else cache.varies(key, what === "vary" ? ["v"] : []);
        if (what === "drop") assert.equal(cache.find(variant), null);
        assert.ok(cache.bytes <= 30_000 && cache.bytes >= cache.size * 2_048);
      }
      for (const key of ["a", "b", "c"]) cache.drop(key);
      assert.deepEqual([cache.bytes, cache.size], [0, 0], "nothing is left that no name leads to");
    }),
    { numRuns: 500 },
  );
});

test("an object has so many variants and no more, and so many objects may vary", () => {
  let evicted = 0;
  const cache = new ObjectCache(1_000_000, () => evicted++);
  cache.varies("a", ["v"]);
  for (let at = 0; at <= VARIANTS_PER_OBJECT; at++)
    cache.keep("a", cache.variant("a", received([["V", String(at)]])) ?? "", object(1));
  assert.deepEqual([cache.size, evicted], [VARIANTS_PER_OBJECT, 1]);
  for (let at = 0; at < VARYING_OBJECTS; at++) cache.varies(String(at), ["v"]);
  assert.equal(cache.size, 0);
});

test("requests select the same variant when only blanks, lines, or the order of preferences differ", () => {
  const select = (name: string, ...values: string[]): string | null =>
    selection([name.toLowerCase()], received(values.map((value) => [name, value])));
  assert.equal(select("Accept-Encoding", "gzip , br"), select("Accept-Encoding", "BR", "gzip"));
  assert.equal(select("Accept-Language", "it; q=1,en"), select("Accept-Language", "en,IT;q=1"));
  assert.equal(select("Foo", "1,  2"), select("Foo", "1", "2"));
  assert.notEqual(select("Foo", "1, 2"), select("Foo", "2, 1"));
  assert.notEqual(select("Foo", "a"), select("Foo", "A"));
  assert.notEqual(select("Foo"), select("Foo", ""));
  assert.notEqual(
    selection(["a", "b"], received([["A", "1"]])),
    selection(["a", "b"], received([["B", "1"]])),
  );
  assert.equal(select("Foo", "x".repeat(SELECTING_LENGTH + 1)), null);
});
