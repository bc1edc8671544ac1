import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { numbersOf } from "#base";
import { parseAddress } from "./address.ts";

test("an IPv4 address is the same when a dual-stack socket tells it", () => {
  assert.deepEqual(parseAddress("::ffff:127.0.1.7"), parseAddress("127.0.1.7"));
  assert.deepEqual(parseAddress("::ffff:7f00:107"), parseAddress("127.0.1.7"));
});

test("only whole decimal IPv4 addresses are read", () => {
  for (const text of [
    "127.1",
    "0177.0.0.1x",
    "0177.0.0.1",
    "01.2.3.4",
    "00.2.3.4",
    "0x7f.0.0.1",
    "2130706433",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "256.0.0.1",
    "1.2.3.4 ",
    "",
    " ",
    "localhost",
  ]) {
    assert.equal(parseAddress(text), null, text);
  }
  assert.equal(parseAddress("1".repeat(10_000)), null);
});

test("an address is written in canonical form", () => {
  for (const [text, canonical] of [
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["::", "::"],
    ["1::", "1::"],
    ["::1", "::1"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["fe80::1%eth0", "fe80::1"],
  ] as const)
    assert.equal(parseAddress(text)?.text, canonical);
});

test("IPv6 addresses are read as the library reads them, bit by bit", () => {
  const group = fc.nat(0xffff).map((bits) => bits.toString(16));
  const text = fc
    .tuple(fc.array(group, { maxLength: 9 }), fc.nat(9), fc.boolean())
    .map(([groups, gap, hasGap]) =>
      hasGap
        ? `${groups.slice(0, gap).join(":")}::${groups.slice(gap).join(":")}`
        : groups.join(":"),
    );
  fc.assert(
    fc.property(text, (text) => {
      const read = parseAddress(text);
      assert.equal(read !== null, ipaddr.IPv6.isValid(text), text);
      if (read?.family === 6) assert.equal(read.text, ipaddr.IPv6.parse(text).toString());
    }),
    { seed: 4, numRuns: 5_000 },
  );
});

/** What the library alone says, with the rule that only four decimals are IPv4. */
function byLibrary(text: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toString();
  if (text.length > 64 || !ipaddr.IPv6.isValid(text)) return null;
  const parsed = ipaddr.IPv6.parse(text.replace(/%.*$/, ""));
  return (parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed).toString();
}

test("ten thousand broken addresses are refused or read as by the library, and never throw", () => {
  const number = numbersOf(5);
  const whole = [
    "127.0.0.1",
    "255.10.0.255",
    "2001:db8::1",
    "::",
    "::ffff:1.2.3.4",
    "1:2:3:4:5:6:7:8",
  ];
  const pieces = [
    "0",
    "1",
    "25",
    "256",
    ".",
    ":",
    "::",
    "/",
    "%",
    "ffff",
    "G",
    "0x",
    "-",
    " ",
    "\u0000",
    "é",
  ];
  for (let run = 0; run < 10_000; run += 1) {
    let text = whole[number(whole.length)] ?? "";
    for (let change = number(4); change >= 0; change -= 1) {
      const at = number(text.length + 1);
      text = text.slice(0, at) + (pieces[number(pieces.length)] ?? "") + text.slice(at + number(3));
    }
    assert.equal(parseAddress(text)?.text ?? null, byLibrary(text), JSON.stringify(text));
  }
});
