import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { numbersOf } from "#base";
import { addressOf } from "./address.ts";
import { DIRECT_FROM_PREFIXES } from "./limits.ts";
import { LongestPrefixTable } from "./longestPrefix.ts";
import { addressIn, Plain, prefixIn } from "./networkFixture.ts";
import { type Prefix, prefixOf, rangeOf } from "./prefix.ts";

const MIB = 1024 * 1024;

const ipv4 = (w0: number, length: number): Prefix =>
  prefixOf(4, length, { w0, w1: 0, w2: 0, w3: 0 });

/** Few heads and few tails, in three neighbouring /8s: prefixes of all lengths nest, and blocks fill and empty. */
const crowdedBits = fc
  .tuple(
    fc.constantFrom(9, 10, 11),
    fc.constantFrom(0, 1, 255),
    fc.nat(1),
    fc.constantFrom(0, 1, 127, 128, 200, 255),
  )
  .map((bytes) => bytes.reduce((bits, byte) => (bits << 8) | byte, 0));

test("with sheets of /24s opening and closing, the table finds at each moment what looking at every prefix finds", () => {
  const change = fc.record({
    bits: crowdedBits,
    length: fc.oneof(fc.nat(32), fc.constantFrom(7, 8, 9, 16, 23, 24, 25, 26, 32)),
    value: fc.constantFrom("a", "b", "c", null, null),
  });
  const changes = fc.array(change, { minLength: 10, maxLength: 50 });
  const asked = fc.array(crowdedBits, { minLength: 1, maxLength: 6 });
  const most = { bytes: 0, closed: 0 };
  fc.assert(
    fc.property(changes, asked, fc.integer({ min: 1, max: 6 }), (changes, asked, directFrom) => {
      const [table, plain] = [new LongestPrefixTable<string>({ directFrom }), new Plain()];
      const held: Prefix[] = [];
      const check = ({ bits }: { bits: number }): void => {
        const address = addressOf(4, { w0: bits, w1: 0, w2: 0, w3: 0 });
        const found = plain.find(address);
        assert.deepEqual(table.find(address), found);
        const index = table.findIPv4(bits);
        assert.equal(index < 0 ? null : table.valueAt(index), found?.value ?? null);
      };
      for (const { bits, length, value } of changes) {
        // What goes is mostly something that is held.
        const last = value === null ? held.pop() : undefined;
        const prefix = last ?? ipv4(bits, length);
        const before = table.bytes;
        if (value === null) assert.equal(table.remove(prefix), plain.remove(prefix));
        else {
          assert.equal(table.set(prefix, value), plain.set(prefix, value));
          held.unshift(prefix);
        }
        if (table.bytes < before - MIB) most.closed += 1;
        most.bytes = Math.max(most.bytes, table.bytes);
        const { first, last: end } = rangeOf(prefix);
        for (const at of [...asked, bits, first.w0, end.w0, first.w0 - 1, end.w0 + 1, bits ^ 128])
          check({ bits: at | 0 });
      }
      assert.deepEqual(table.size, plain.size);
    }),
    { seed: 21, numRuns: 150 },
  );
  assert.ok(most.bytes > 64 * MIB && most.closed > 20, JSON.stringify(most));
});

test("twenty thousand changes inside one /8 leave every /24 of it as the trie alone has it", () => {
  const number = numbersOf(22);
  const direct = new LongestPrefixTable<number>();
  const alone = new LongestPrefixTable<number>({ directFrom: Infinity });
  const held: Prefix[] = [];
  const compare = (): void => {
    for (let block = 0; block < 1 << 16; block += 1) {
      const bits = (10 << 24) | (block << 8) | number(256);
      const [found, expected] = [direct.findIPv4(bits), alone.findIPv4(bits)];
      if (found !== expected) assert.fail(`${bits}: ${found}, not ${expected}`);
    }
  };
  for (let made = 0; made < 20_000; made += 1) {
    // Half of the run is full, and at times nearly nothing is left.
    const grows = held.length < 20 || (made % 5_000 < 3_000 && number(4) > 0);
    if (grows) {
      const length = number(8) === 0 ? number(33) : 14 + number(19);
      const prefix = ipv4((10 << 24) | number(1 << 24), length);
      const value = number(50);
      assert.equal(direct.set(prefix, value), alone.set(prefix, value));
      held.push(prefix);
    } else {
      const [prefix] = held.splice(number(held.length), 1) as [Prefix];
      assert.equal(direct.remove(prefix), alone.remove(prefix));
    }
    if (made % 1_000 === 0) compare();
  }
  compare();
  assert.ok(alone.bytes < 2 * MIB);
});

test("a /8 takes memory for its /24s once it is crowded, and gives it back once it is half empty", () => {
  const table = new LongestPrefixTable<number>();
  const prefixes = Array.from({ length: DIRECT_FROM_PREFIXES }, (_, at) =>
    ipv4((10 << 24) | (at << 12), 20),
  );
  const last = prefixes.pop() as Prefix;
  for (const [at, prefix] of prefixes.entries()) table.set(prefix, at);
  const elsewhere = prefixIn("192.0.2.0/24");
  table.set(elsewhere, 1_000);
  assert.ok(table.bytes < MIB, `${table.bytes} bytes below the limit`);
  table.set(last, 2_000);
  assert.ok(table.bytes > 64 * MIB, `${table.bytes} bytes at the limit`);
  table.set(last, 2_001);
  assert.deepEqual(table.find(addressIn("192.0.2.1")), { value: 1_000, length: 24 });
  while (prefixes.length >= DIRECT_FROM_PREFIXES / 2) {
    assert.ok(table.bytes > 64 * MIB);
    table.remove(prefixes.pop() as Prefix);
  }
  table.remove(prefixes.pop() as Prefix);
  assert.ok(table.bytes < MIB, `${table.bytes} bytes when half are gone`);
  assert.deepEqual(table.find(rangeOf(last).last), { value: 2_001, length: 20 });
  assert.deepEqual(table.find(rangeOf(prefixes[0] as Prefix).last), { value: 0, length: 20 });
});

test("a default route is found below crowded blocks and between them, and what goes leaves no trace", () => {
  const table = new LongestPrefixTable<string>({ directFrom: 2 });
  for (const text of ["10.1.0.0/16", "10.1.2.128/25", "10.3.0.0/24"])
    table.set(prefixIn(text), text);
  const found = (text: string): string | null => table.find(addressIn(text))?.value ?? null;
  table.set(prefixIn("0.0.0.0/0"), "default");
  assert.equal(found("10.2.0.1"), "default");
  assert.equal(found("10.1.2.200"), "10.1.2.128/25");
  assert.equal(found("10.1.2.100"), "10.1.0.0/16");
  table.remove(prefixIn("10.1.0.0/16"));
  assert.equal(found("10.1.2.100"), "default");
  table.remove(prefixIn("0.0.0.0/0"));
  assert.equal(found("10.1.2.100"), null);
  assert.equal(found("10.1.2.200"), "10.1.2.128/25");
  assert.equal(found("10.3.0.77"), "10.3.0.0/24");
  table.set(prefixIn("10.1.2.0/24"), "whole");
  table.set(prefixIn("10.1.2.0/25"), "lower half");
  table.remove(prefixIn("10.1.2.0/25"));
  assert.equal(found("10.1.2.100"), "whole");
  assert.equal(found("10.1.2.200"), "10.1.2.128/25");
});
