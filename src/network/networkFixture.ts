// Addresses and prefixes for the tests: they nest and collide often, for they have few distinct leading bits.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Address, parseAddress } from "./address.ts";
import { covers, parsePrefix, type Prefix } from "./prefix.ts";

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

/** The plain reading of longest prefix: look at all, keep the longest. */
export class Plain {
  readonly #held = new Map<string, { prefix: Prefix; value: string }>();

  set(prefix: Prefix, value: string): string | null {
    const before = this.#held.get(prefix.text)?.value ?? null;
    this.#held.set(prefix.text, { prefix, value });
    return before;
  }

  remove(prefix: Prefix): boolean {
    return this.#held.delete(prefix.text);
  }

  find(address: Address): { value: string; length: number } | null {
    let best: { value: string; length: number } | null = null;
    for (const { prefix, value } of this.#held.values())
      if (covers(prefix, address) && (!best || prefix.length > best.length))
        best = { value, length: prefix.length };
    return best;
  }

  get size(): { 4: number; 6: number } {
    const families = [...this.#held.values()].map(({ prefix }) => prefix.family);
    return {
      4: families.filter((family) => family === 4).length,
      6: families.filter((family) => family === 6).length,
    };
  }
}
