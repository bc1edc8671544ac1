// Ten thousand spoiled network models of the size that people write; the reader's own test has two thousand small ones.
import assert from "node:assert/strict";
import test from "node:test";
import { numbersOf, RegistaError } from "#base";
import { parseModel } from "../../src/director/model/readModel.ts";

const model = `v: 1
places: [{ id: it/roma, name: Roma, lat: 41.9, lon: 12.5 }]
exchanges:
  - { id: namex, name: Namex, asn: 24796, place: it/roma, members: [{ asn: 1 }, { asn: 2 }] }
networks:
  - { asn: 1, name: One, prefixes: [{ prefix: 192.0.2.0/24, place: it/roma }] }
  - { asn: 2, name: Two, prefixes: [{ prefix: 192.0.2.128/25 }, { prefix: "2001:db8::/32" }] }
pnis: [{ id: p, between: [1, 2], place: it/roma, mbps: 100 }]
edges:
  - { id: a, asn: 1, at: namex, url: "http://192.0.2.1" }
  - { id: b, asn: 2, in: 2, url: "http://192.0.2.2" }
leave: [{ asn: 1, prefixes: [192.0.2.0/24], asns: [2] }]
audience: { viewers: 10, networks: [{ asn: 1, share: 1, places: [{ id: it/roma, share: 1 }] }] }
`;
const pieces = [
  "",
  "0",
  "-",
  "[",
  "}",
  ": ",
  "\n",
  "  ",
  "'",
  "&a",
  "*a",
  "1e9",
  "null",
  "€",
  "::",
];

test("ten thousand spoiled models are read or refused, never worse", () => {
  const below = numbersOf(8);
  let read = 0;
  for (let round = 0; round < 10_000; round += 1) {
    let copy = model;
    for (let blows = 1 + below(3); blows > 0; blows -= 1) {
      const at = below(copy.length);
      copy = copy.slice(0, at) + (pieces[below(pieces.length)] ?? "") + copy.slice(at + below(6));
    }
    try {
      parseModel(copy, "model.yaml");
      read += 1;
    } catch (error) {
      assert.ok(error instanceof RegistaError, `${String(error)}\n${copy}`);
    }
  }
  assert.ok(read > 100 && read < 9_900, `${read} of 10,000 read`);
});
