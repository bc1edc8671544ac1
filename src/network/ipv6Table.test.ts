import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { numbersOf } from "#base";
import { type Address, addressOf, type Words } from "./address.ts";
import { DEEPER, lengthIn, valueIn } from "./entry.ts";
import { IPv6Table } from "./ipv6Table.ts";
import { covers, type Prefix, prefixOf, rangeOf } from "./prefix.ts";
import { RangeTable } from "./rangeTable.ts";
import { Trie } from "./trie.ts";

/** The lengths where a node, the heads, the ranges or the address end, and their neighbours. */
const edges = [0, 12, 13, 30, 31, 32, 33, 34, 47, 48, 49, 60, 61, 63, 64, 65, 66, 67, 127, 128];
const anyLength = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 32, max: 64 }));

const head = fc.constantFrom(0, 1, 0x2001_0db8, 0x2001_0db9, -1, 1 << 31);
const word = fc.constantFrom(0, 1, -1, -2, 1 << 31, (1 << 31) - 1, 1 << 16, 0xffff, 0x00ff_0000);
const anyWords = fc.record({ w0: head, w1: word, w2: word, w3: word });

interface Route {
  readonly prefix: Prefix;
  readonly value: number;
}

/** The longest prefix of some that covers an address. */
function longest(routes: Iterable<Route>, address: Address): Route | null {
  let best: Route | null = null;
  for (const route of routes)
    if (covers(route.prefix, address) && route.prefix.length >= (best?.prefix.length ?? 0))
      best = route;
  return best;
}

/** What the ranges have to say of an address: an entry read back. */
function told(routes: readonly Route[], address: Address): unknown {
  const best = longest(
    routes.filter(({ prefix: { length } }) => length >= 32 && length <= 64),
    address,
  );
  const block = prefixOf(6, 64, address);
  const isDeeper = routes.some(
    ({ prefix }) => prefix.length > 64 && covers(block, addressOf(6, prefix)),
  );
  return { length: best ? best.prefix.length - 32 : 0, value: best?.value ?? -1, isDeeper };
}

const read = (entry: number): unknown => ({
  length: lengthIn(entry),
  value: valueIn(entry),
  isDeeper: (entry & DEEPER) !== 0,
});

/** Asks a table for an address, and its ranges, and compares with looking at every prefix. */
function check(
  { table, ranges, routes }: { table: IPv6Table; ranges: RangeTable; routes: readonly Route[] },
  address: Address,
): void {
  const { w0, w1, w2, w3 } = address;
  const best = longest(routes, address);
  assert.equal(table.find(w0, w1, w2, w3), best?.value ?? -1, address.text);
  if (best) assert.equal(table.foundLength, best.prefix.length);
  if (!ranges.isClosed(w0)) assert.deepEqual(read(ranges.at(w0, w1)), told(routes, address));
}

/** A prefix's ends, and the addresses before and after it. */
function around(prefix: Prefix): Address[] {
  const { first, last } = rangeOf(prefix);
  const near = (words: Words, step: number): Address[] => [
    addressOf(6, { ...words, w1: words.w1 + step }),
    addressOf(6, { ...words, w3: words.w3 + step }),
  ];
  return [first, last, ...near(first, -1), ...near(last, 1)];
}

for (const limit of [6, 16_384])
  test(`with prefixes of all lengths coming and going and up to ${limit} ranges a head, table and ranges say what looking at every prefix says`, () => {
    const change = fc.record({
      words: anyWords,
      length: anyLength,
      value: fc.constantFrom(0, 1, 2, null, null),
    });
    let closed = 0;
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 5, maxLength: 40 }),
        fc.array(anyWords, { minLength: 1, maxLength: 4 }),
        (changes, asked) => {
          const ranges = new RangeTable({ limit });
          const table = new IPv6Table(ranges);
          const held = new Map<string, Route>();
          const change = ({ prefix, value }: { prefix: Prefix; value: number | null }): void => {
            const before = held.get(prefix.text)?.value ?? -1;
            const { length } = prefix;
            if (value === null) assert.equal(table.remove(prefix, length), before);
            else assert.equal(table.set(prefix, length, value), before);
            if (value === null) held.delete(prefix.text);
            else held.set(prefix.text, { prefix, value });
            assert.equal(table.size, held.size);
            if (ranges.isClosed(prefix.w0)) closed += 1;
            for (const address of [...asked.map((words) => addressOf(6, words)), ...around(prefix)])
              check({ table, ranges, routes: [...held.values()] }, address);
          };
          for (const { words, length, value } of changes) {
            // What goes is mostly something that is held.
            const last = value === null ? [...held.values()].at(-3) : undefined;
            change({ prefix: last?.prefix ?? prefixOf(6, length, words), value });
          }
          for (const { prefix } of held.values()) change({ prefix, value: null });
          assert.equal(ranges.size, 0);
        },
      ),
      { seed: 41, numRuns: 120 },
    );
    assert.equal(closed > 50, limit === 6, `${closed} changes of closed heads`);
  });

test("twenty thousand changes leave every address found as the trie alone finds it, and memory goes back", () => {
  const number = numbersOf(42);
  const [table, alone] = [new IPv6Table(), new Trie()];
  const held: Prefix[] = [];
  const some = (): Words => ({
    w0: 0x2001_0000 | number(8),
    w1: (number(64) << 26) | number(2 ** 26),
    w2: number(2) - 1,
    w3: number(2) - 1,
  });
  const compare = ({ w0, w1, w2, w3 }: Words): void => {
    const found = table.find(w0, w1, w2, w3);
    assert.equal(found, alone.find(w0, w1, w2, w3));
    if (found >= 0) assert.equal(table.foundLength, alone.foundLength);
  };
  let full = 0;
  for (let made = 0; made < 20_000; made += 1) {
    const grows = held.length < 20 || (made < 15_000 && number(4) > 0);
    if (grows) {
      const length = number(8) === 0 ? number(129) : 30 + number(38);
      const prefix = prefixOf(6, length, some());
      const value = number(50);
      assert.equal(table.set(prefix, length, value), alone.set(prefix, length, value));
      held.push(prefix);
    } else {
      const [prefix] = held.splice(number(held.length), 1) as [Prefix];
      assert.equal(table.remove(prefix, prefix.length), alone.remove(prefix, prefix.length));
      for (const address of around(prefix)) compare(address);
    }
    compare(some());
    full = Math.max(full, table.bytes);
  }
  for (const prefix of held) table.remove(prefix, prefix.length);
  assert.equal(table.size, 0);
  assert.ok(table.bytes < full / 2, `${table.bytes} of ${full} bytes are left`);
});

test("a head with more ranges than are held is left to the trie until its longer prefixes are gone", () => {
  const ranges = new RangeTable();
  const table = new IPv6Table(ranges);
  const w0 = 0x2001_0db8;
  const below = Array.from({ length: 8_193 }, (_, at) =>
    prefixOf(6, 64, { w0, w1: 2 * at, w2: 0, w3: 0 }),
  );
  const whole = prefixOf(6, 32, { w0, w1: 0, w2: 0, w3: 0 });
  table.set(whole, 32, 7);
  for (const [at, prefix] of below.entries()) {
    assert.equal(ranges.isClosed(w0), at > 8_191, `${at} prefixes`);
    table.set(prefix, 64, at);
  }
  assert.equal(table.find(w0, 4_000, 5, 5), 2_000);
  assert.equal(table.find(w0, 4_001, 5, 5), 7);
  const last = below.pop() as Prefix;
  for (const prefix of below) table.remove(prefix, 64);
  assert.ok(ranges.isClosed(w0));
  assert.equal(table.find(w0, last.w1, 5, 5), 8_192);
  table.remove(last, 64);
  assert.deepEqual(read(ranges.at(w0, last.w1)), { length: 0, value: 7, isDeeper: false });
  table.remove(whole, 32);
  assert.equal(ranges.size, 0);
});
