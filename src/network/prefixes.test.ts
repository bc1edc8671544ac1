import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  type Address,
  covers,
  parseAddress,
  parsePrefix,
  type Prefix,
  PrefixTable,
} from "./prefixes.ts";

const address = (text: string): Address => {
  const found = parseAddress(text);
  assert.ok(found, `${text} is an address`);
  return found;
};
const prefix = (text: string): Prefix => {
  const found = parsePrefix(text);
  assert.ok(found, `${text} is a prefix`);
  return found;
};

/** The plain reading of longest prefix: look at all, keep the longest, of equals the first. */
function naive(prefixes: readonly Prefix[], of: Address): string | null {
  let best: Prefix | null = null;
  for (const one of prefixes) {
    const width = one.family === 4 ? 32 : 128;
    const binary = (bits: bigint): string =>
      bits.toString(2).padStart(width, "0").slice(0, one.length);
    if (one.family !== of.family || binary(one.bits) !== binary(of.bits)) continue;
    if (!best || one.length > best.length) best = one;
  }
  return best?.text ?? null;
}

// Few distinct leading bits, so that prefixes nest and collide often.
const v4 = fc
  .tuple(fc.constantFrom(10, 127), fc.nat(3), fc.nat(255), fc.nat(255))
  .map((bytes) => bytes.join("."));
const v6 = fc
  .tuple(fc.constantFrom("2001:db8", "fd00:1"), fc.nat(3), fc.nat(65_535))
  .map(([head, middle, tail]) => `${head}:${middle.toString(16)}::${tail.toString(16)}`);
const anyPrefix = fc.oneof(
  fc.tuple(v4, fc.nat(32)).map(([text, length]) => `${text}/${length}`),
  fc.tuple(v6, fc.nat(128)).map(([text, length]) => `${text}/${length}`),
);

test("the table finds what looking at every prefix finds", () => {
  fc.assert(
    fc.property(
      fc.array(anyPrefix, { maxLength: 40 }),
      fc.array(fc.oneof(v4, v6), { maxLength: 20 }),
      (texts, asked) => {
        const prefixes = texts.map(prefix);
        const table = new PrefixTable<string>();
        for (const one of prefixes) table.add(one, one.text);
        for (const text of asked) {
          const of = address(text);
          const found = table.find(of);
          assert.equal(found?.value ?? null, naive(prefixes, of));
          if (found) assert.ok(covers(found.prefix, of));
        }
        assert.equal(table.size, new Set(prefixes.map((one) => one.text)).size);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test("a prefix reads back from its own text", () => {
  fc.assert(
    fc.property(anyPrefix, (text) => {
      const once = prefix(text);
      assert.deepEqual(prefix(once.text), once);
    }),
    { seed: 2 },
  );
});

test("the first network to announce a prefix keeps it", () => {
  const table = new PrefixTable<string>();
  assert.equal(table.add(prefix("127.0.1.0/24"), "first"), true);
  assert.equal(table.add(prefix("127.0.1.99/24"), "second"), false);
  assert.equal(table.find(address("127.0.1.7"))?.value, "first");
});

test("an IPv4 address is the same when a dual-stack socket tells it", () => {
  assert.deepEqual(parseAddress("::ffff:127.0.1.7"), parseAddress("127.0.1.7"));
  assert.equal(prefix("::ffff:127.0.1.0/120").text, "127.0.1.0/24");
});

test("only whole decimal IPv4 addresses are read", () => {
  for (const text of [
    "127.1",
    "0177.0.0.1x",
    "0x7f.0.0.1",
    "2130706433",
    "1.2.3.4.5",
    "256.0.0.1",
    "",
    " ",
    "localhost",
  ]) {
    assert.equal(parseAddress(text), null, text);
  }
  assert.equal(parseAddress("1".repeat(10_000)), null);
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
    "a/b",
  ]) {
    assert.equal(parsePrefix(text), null, text);
  }
});

test("ten thousand broken addresses and prefixes are refused or read, and never throw", () => {
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
      const text = parts.join("");
      const found = parseAddress(text);
      if (found) assert.deepEqual(parseAddress(found.text), found);
      const range = parsePrefix(text);
      if (range) assert.deepEqual(parsePrefix(range.text), range);
    }),
    { seed: 3, numRuns: 10_000 },
  );
});
