import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { numbersOf } from "#base";
import { WordMap } from "./wordMap.ts";

/** Both ends of what a word holds, and neighbours, which a hash may send to one slot. */
const anyKey = fc.oneof(
  fc.constantFrom(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 0x2001_0db8),
  fc.nat(40),
  fc.nat(40).map((key) => (key << 24) | 0),
);

test("with keys coming and going, the map has at each moment what a plain one has", () => {
  const change = fc.record({ key: anyKey, place: fc.constantFrom(-1, 1, 2, 2 ** 31 - 1, 0, 0) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const [map, plain] = [new WordMap(), new Map<number, number>()];
      for (const { key, place } of changes) {
        if (place === 0) {
          map.delete(key);
          plain.delete(key);
        } else {
          map.set(key, place);
          plain.set(key, place);
        }
        assert.equal(map.size, plain.size);
        for (const change of changes) assert.equal(map.get(change.key), plain.get(change.key) ?? 0);
      }
    }),
    { seed: 31, numRuns: 100 },
  );
});

test("a map grows with its keys, moves all their places, and gives its memory back", () => {
  const number = numbersOf(32);
  const keys = new Set<number>();
  while (keys.size < 50_000) keys.add(number(2 ** 32) | 0);
  const map = new WordMap();
  const empty = map.bytes;
  let place = 0;
  for (const key of keys) map.set(key, (place += 1));
  assert.ok(map.bytes <= 8 * (keys.size / 0.3), `${map.bytes} bytes`);
  map.moveAll((before) => before + 7);
  place = 7;
  for (const key of keys) assert.equal(map.get(key), (place += 1));
  for (const key of keys) map.delete(key);
  assert.equal(map.size, 0);
  assert.equal(map.bytes, empty);
});
