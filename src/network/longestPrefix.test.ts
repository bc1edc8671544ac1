import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { numbersOf } from "#base";
import { addressOf, widthOf, type Words } from "./address.ts";
import { LongestPrefixTable } from "./longestPrefix.ts";
import { addressIn, anyAddress, anyPrefix, Plain, prefixIn } from "./networkFixture.ts";
import { type Prefix, prefixOf } from "./prefix.ts";

test("with prefixes coming and going, the table finds at each moment what looking at every prefix finds", () => {
  const change = fc.record({ prefix: anyPrefix, value: fc.constantFrom("a", "b", "c", null) });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 60 }),
      fc.array(anyAddress, { minLength: 1, maxLength: 10 }),
      (changes, asked) => {
        const [table, plain] = [new LongestPrefixTable<string>(), new Plain()];
        for (const { prefix: text, value } of changes) {
          const prefix = prefixIn(text);
          if (value === null) assert.equal(table.remove(prefix), plain.remove(prefix));
          else assert.equal(table.set(prefix, value), plain.set(prefix, value));
          for (const address of [...asked.map(addressIn), addressOf(prefix.family, prefix)])
            assert.deepEqual(table.find(address), plain.find(address));
        }
        assert.deepEqual(table.size, plain.size);
      },
    ),
    { seed: 1, numRuns: 400 },
  );
});

/** A prefix of any length below one of few heads: many nest, many are siblings. */
function someWords(number: (below: number) => number): Words {
  const word = (): number => number(2 ** 32) | 0;
  return { w0: (number(4) << 28) | number(2 ** 16), w1: word(), w2: word(), w3: word() };
}

test("twenty thousand prefixes come in one order and go in another, and each moment is right", () => {
  const number = numbersOf(7);
  const table = new LongestPrefixTable<number>();
  const prefixes = new Map<string, Prefix>();
  for (let at = 0; at < 20_000; at += 1) {
    const family = number(2) === 0 ? 4 : 6;
    const prefix = prefixOf(family, 13 + number(widthOf(family) - 12), someWords(number));
    prefixes.set(prefix.text, prefix);
    table.set(prefix, at % 100);
  }
  table.set(prefixIn("0.0.0.0/0"), 1_000);
  table.set(prefixIn("::/0"), 2_000);
  assert.equal(table.size[4] + table.size[6], prefixes.size + 2);
  const full = table.bytes;
  const order = [...prefixes.values()].sort((a, b) => (a.w1 ^ a.w0) - (b.w1 ^ b.w0));
  for (const prefix of order) {
    const address = addressOf(prefix.family, prefix);
    assert.ok((table.find(address)?.length ?? 0) >= prefix.length);
    assert.equal(table.remove(prefix), true);
    assert.equal(table.remove(prefix), false);
    const below = table.find(address);
    assert.ok(below && below.value !== undefined);
    assert.ok(below.length !== prefix.length);
  }
  assert.deepEqual(table.size, { 4: 1, 6: 1 });
  assert.equal(table.find(addressIn("10.0.0.1"))?.value, 1_000);
  assert.equal(table.find(addressIn("2001:db8::1"))?.value, 2_000);
  assert.ok(table.bytes < full / 2, `${table.bytes} of ${full} bytes are left`);
});

test("a prefix that goes uncovers the next shorter one, down to none", () => {
  const table = new LongestPrefixTable<string>();
  const chain = ["10.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32"].map(
    prefixIn,
  );
  for (const prefix of chain) table.set(prefix, prefix.text);
  const asked = addressIn("10.1.2.3");
  for (const prefix of chain.toReversed()) {
    assert.equal(table.find(asked)?.value, prefix.text);
    table.remove(prefix);
  }
  assert.equal(table.find(asked), null);
});

test("the raw ways find what the plain one finds, and say -1 for nothing", () => {
  const table = new LongestPrefixTable<string>();
  table.set(prefixIn("192.0.2.0/24"), "four");
  table.set(prefixIn("2001:db8::/32"), "six");
  const { w0 } = addressIn("192.0.2.9");
  assert.equal(table.valueAt(table.findIPv4(w0)), "four");
  assert.equal(table.valueAt(table.findIPv4(w0 >>> 0)), "four");
  const six = addressIn("2001:db8::9");
  assert.equal(table.valueAt(table.findIPv6(six.w0, six.w1, six.w2, six.w3)), "six");
  assert.equal(table.findIPv4(addressIn("192.0.3.0").w0), -1);
  assert.equal(table.findIPv6(1, 2, 3, 4), -1);
});

test("a value is kept as long as a prefix has it, and no longer", () => {
  const table = new LongestPrefixTable<object>();
  const [one, other] = [{}, {}];
  table.set(prefixIn("192.0.2.0/24"), one);
  table.set(prefixIn("198.51.100.0/24"), one);
  assert.equal(table.set(prefixIn("192.0.2.0/24"), other), one);
  assert.equal(table.set(prefixIn("192.0.2.0/24"), other), other);
  assert.equal(table.find(addressIn("198.51.100.1"))?.value, one);
  table.remove(prefixIn("192.0.2.0/24"));
  const third = {};
  table.set(prefixIn("203.0.113.0/24"), third);
  assert.equal(table.find(addressIn("198.51.100.1"))?.value, one);
  assert.equal(table.find(addressIn("203.0.113.1"))?.value, third);
});

test("an empty table is small and finds nothing", () => {
  const table = new LongestPrefixTable<string>();
  assert.equal(table.find(addressIn("192.0.2.1")), null);
  assert.equal(table.find(addressIn("::")), null);
  assert.equal(table.remove(prefixIn("192.0.2.0/24")), false);
  assert.ok(table.bytes < 256 * 1024, `${table.bytes} bytes`);
});
