import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Address, parseAddress } from "./address.ts";
import { addressIn, anyPrefix, prefixIn } from "./networkFixture.ts";
import { covers, parsePrefix, prefixesOfRange, rangeOf } from "./prefix.ts";

const texts = (first: string, last: string): string[] =>
  prefixesOfRange(addressIn(first), addressIn(last)).map(({ text }) => text);

test("a prefix reads back from its own text", () => {
  fc.assert(
    fc.property(anyPrefix, (text) => {
      const once = prefixIn(text);
      assert.deepEqual(prefixIn(once.text), once);
      const { first, last } = rangeOf(once);
      assert.ok(covers(once, first) && covers(once, last));
    }),
    { seed: 2 },
  );
});

test("a prefix of mapped addresses is one of IPv4", () => {
  assert.equal(prefixIn("::ffff:127.0.1.0/120").text, "127.0.1.0/24");
  assert.equal(prefixIn("::ffff:0:0/95").text, "::fffe:0:0/95");
});

test("a prefix longer than its family, or not a prefix, is refused", () => {
  for (const text of [
    "127.0.0.0/33",
    "::/129",
    "127.0.0.0",
    "/24",
    "127.0.0.0/",
    "127.0.0.0/8/8",
    "127.0.0.0/-1",
    "127.0.0.0/ 8",
    "a/b",
  ]) {
    assert.equal(parsePrefix(text), null, text);
  }
});

test("a prefix covers what agrees with it and nothing else", () => {
  const cases = [
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "::1", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["2001:db8::1/128", "2001:db8::1", true],
    ["2001:db8::1/128", "2001:db8::2", false],
  ] as const;
  for (const [prefix, address, is] of cases)
    assert.equal(covers(prefixIn(prefix), addressIn(address)), is, `${prefix} ${address}`);
});

test("a range becomes the fewest prefixes, exactly", () => {
  assert.deepEqual(texts("1.0.0.0", "1.0.0.255"), ["1.0.0.0/24"]);
  assert.deepEqual(texts("1.0.0.1", "1.0.0.6"), [
    "1.0.0.1/32",
    "1.0.0.2/31",
    "1.0.0.4/31",
    "1.0.0.6/32",
  ]);
  assert.deepEqual(texts("0.0.0.0", "255.255.255.255"), ["0.0.0.0/0"]);
  assert.deepEqual(texts("255.255.255.255", "255.255.255.255"), ["255.255.255.255/32"]);
  assert.deepEqual(texts("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ["::/0"]);
  assert.deepEqual(texts("2001::ffff:ffff", "2001:0:0:0:0:1::"), [
    "2001::ffff:ffff/128",
    "2001::1:0:0/128",
  ]);
});

test("no range comes of a last address before the first, nor of two families", () => {
  assert.deepEqual(texts("1.0.0.1", "1.0.0.0"), []);
  assert.deepEqual(texts("1.0.0.1", "::1"), []);
});

const bits = ({ family, w0, w1, w2, w3 }: Address): bigint =>
  [w0, w1, w2, w3]
    .slice(0, family === 4 ? 1 : 4)
    .reduce((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n);

test("the prefixes of any range follow one another without gap, and no two of them would make one", () => {
  const v4 = fc.ipV4();
  const groups = fc.array(
    fc.nat(0xffff).map((bits) => bits.toString(16)),
    { minLength: 8, maxLength: 8 },
  );
  const v6 = fc
    .tuple(fc.nat(7), groups)
    .map(([same, parts]) => [...Array(same).fill("fff"), ...parts.slice(same)].join(":"));
  fc.assert(
    fc.property(fc.oneof(fc.tuple(v4, v4), fc.tuple(v6, v6)), (pair) => {
      const [first, last] = pair
        .map((text) => parseAddress(text) as Address)
        .sort((a, b) => (bits(a) < bits(b) ? -1 : 1)) as [Address, Address];
      const found = prefixesOfRange(first, last);
      let from = bits(first);
      for (const [at, prefix] of found.entries()) {
        const range = rangeOf(prefix);
        assert.equal(bits(range.first), from);
        from = bits(range.last) + 1n;
        const before = found[at - 1];
        const twins = before?.length === prefix.length;
        if (before && twins)
          assert.ok(
            !covers(parsePrefix(`${before.text.split("/")[0]}/${prefix.length - 1}`)!, range.first),
          );
      }
      assert.equal(from, bits(last) + 1n);
    }),
    { seed: 6, numRuns: 500 },
  );
});

test("ten thousand broken prefixes are refused or read back, and never throw", () => {
  const pieces = fc.array(
    fc.constantFrom(
      "1",
      "255",
      "256",
      ".",
      ":",
      "::",
      "/",
      "%",
      "ffff",
      "0x",
      "127.0.0.1",
      "/24",
      "-",
      " ",
      "\u0000",
      "e9",
    ),
    { maxLength: 14 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const range = parsePrefix(parts.join(""));
      if (range) assert.deepEqual(parsePrefix(range.text), range);
    }),
    { seed: 3, numRuns: 10_000 },
  );
});
