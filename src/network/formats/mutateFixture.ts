// Spoils texts for the tests: a few characters cut out, put in or put elsewhere, under a seed.
import { numbersOf } from "#base";

const PIECES = [
  "null",
  "-1",
  "1e400",
  "4294967296",
  "0.5",
  "true",
  '""',
  "[]",
  "{}",
  '"x"',
  ",",
  "\n",
  ":",
  '"',
  "::",
  "\u0000",
  "\u20ac",
];

/** `count` spoiled copies of `text`; the same seed gives the same. */
export function* spoiled(text: string, { seed, count }: { seed: number; count: number }) {
  const below = numbersOf(seed);
  for (let round = 0; round < count; round += 1) {
    let copy = text;
    for (let blows = 1 + below(3); blows > 0; blows -= 1) {
      const at = below(copy.length + 1);
      const kind = below(4);
      const piece =
        kind === 0
          ? ""
          : kind === 1
            ? copy.slice(below(copy.length + 1)).slice(0, below(40))
            : (PIECES[below(PIECES.length)] as string);
      copy = copy.slice(0, at) + piece + copy.slice(at + below(kind === 0 ? 30 : 8));
    }
    yield copy;
  }
}

/** Puts something else in the place of one value of a JSON document: what stays JSON comes further than what does not. */
export function* misvalued(value: unknown, { seed, count }: { seed: number; count: number }) {
  const below = numbersOf(seed);
  const odd = [null, -1, 0, 1.5, 2 ** 40, true, "", "x", "64500", [], {}, [null], [[1]]];
  for (let round = 0; round < count; round += 1) {
    const copy = structuredClone(value) as Record<string, unknown>;
    let node: Record<string, unknown> = copy;
    for (;;) {
      const keys = Object.keys(node);
      const key = keys[below(keys.length)];
      if (key === undefined) break;
      const next = node[key];
      if (typeof next === "object" && next !== null && Object.keys(next).length > 0 && below(6) > 0)
        node = next as Record<string, unknown>;
      else {
        if (below(5) === 0) delete node[key];
        else node[key] = odd[below(odd.length)];
        break;
      }
    }
    yield JSON.stringify(copy);
  }
}
