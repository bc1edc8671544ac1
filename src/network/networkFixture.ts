// Addresses and prefixes for the tests: they nest and collide often, for they have few distinct leading bits.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, parseAddress } from "./address.ts";
import { parsePrefix, type Prefix } from "./prefix.ts";

/** The address of a text that is one. */
export function addressIn(text: string): Address {
  const found = parseAddress(text);
  assert.ok(found, `${text} is an address`);
  return found;
}

/** The prefix of a text that is one. */
export function prefixIn(text: string): Prefix {
  const found = parsePrefix(text);
  assert.ok(found, `${text} is a prefix`);
  return found;
}

const v4 = fc
  .tuple(fc.constantFrom(10, 127), fc.nat(3), fc.nat(255), fc.nat(255))
  .map((bytes) => bytes.join("."));
const v6 = fc
  .tuple(fc.constantFrom("2001:db8", "fd00:1"), fc.nat(3), fc.nat(65_535))
  .map(([head, middle, tail]) => `${head}:${middle.toString(16)}::${tail.toString(16)}`);

export const anyAddress = fc.oneof(v4, v6);
export const anyPrefix = fc.oneof(
  fc.tuple(v4, fc.nat(32)).map(([text, length]) => `${text}/${length}`),
  fc.tuple(v6, fc.nat(128)).map(([text, length]) => `${text}/${length}`),
);
