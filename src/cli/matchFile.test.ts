import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { RegistaError } from "#base";
import { exampleMatchFile, parseMatch, readMatchFile } from "./matchFile.ts";

const example = readFileSync(exampleMatchFile, "utf8");

function refusal(text: string): RegistaError {
  let refused: unknown;
  assert.throws(() => {
    try {
      parseMatch(text, "match.yaml");
    } catch (failure) {
      refused = failure;
      throw failure;
    }
  }, RegistaError);
  return refused as RegistaError;
}

test("the example is a match", () => {
  const match = readMatchFile(exampleMatchFile);
  assert.deepEqual(
    match.edges.map((edge) => edge.id),
    ["ixp-roma", "isp-roma"],
  );
});

test("a file that is not there is refused with its path", () => {
  assert.throws(() => readMatchFile("no/such.yaml"), {
    code: "cli/match-file-unreadable",
    message: /no\/such\.yaml/,
  });
});

test("a slip in the YAML is refused with its line", () => {
  const error = refusal("channel:\n  id: match\n   input: test\n");
  assert.equal(error.code, "cli/match-file-not-yaml");
  assert.match(error.message, /^match\.yaml:[23]:/);
});

test("a wrong value is refused with its line, what is wrong and what is allowed", () => {
  const error = refusal(example.replace("profile: default", "profile: huge"));
  assert.equal(error.code, "cli/match-file-wrong");
  const line = example.split("\n").findIndex((text) => text.includes("profile:")) + 1;
  assert.ok(error.message.startsWith(`match.yaml:${line}: channel.profile`), error.message);
  assert.match(error.cure, /default, small/);
});

test("bounds of targets that contradict one another are refused, and given in part they are filled up", () => {
  const bounded = (sync: string): string => `${example}\nsync: { ${sync} }\n`;
  for (const [sync, problem] of [
    ["startMs: 1000", /sync\.startMs: .*leastMs ≤ startMs ≤ mostMs/],
    ["anchorMs: 8000", /sync\.anchorMs: it is more than mostMs allows/],
    ["leastMs: 100", /sync\.leastMs/],
    ["mostMs: 90000", /sync\.mostMs/],
    ["slopeMs: 50", /slopeMs/],
  ] as const)
    assert.match(`${refusal(bounded(sync)).message} ${refusal(bounded(sync)).cure}`, problem);
  const { sync } = parseMatch(bounded("anchorMs: 8000, mostMs: 10000"), "match.yaml");
  assert.deepEqual(sync, { startMs: 1_500, leastMs: 1_200, mostMs: 10_000, anchorMs: 8_000 });
});

test("an unknown key is refused by name", () => {
  const error = refusal(example.replace("  input: test", "  imput: test"));
  assert.match(`${error.message} ${error.cure}`, /imput/);
});

test("an edge at an exchange that is not there is refused with those that are", () => {
  const error = refusal(example.replace("at: namex", "at: mix"));
  assert.match(error.message, /edges\.0\.at: no exchange is called mix/);
  assert.match(error.cure, /namex/);
});

test("an edge that stands nowhere, or in two places, is refused", () => {
  assert.match(refusal(example.replace("    at: namex\n", "")).message, /an edge stands at/);
});

test("two edges of one name are refused", () => {
  assert.match(
    refusal(example.replace("id: isp-roma", "id: ixp-roma")).message,
    /is there already/,
  );
});

test("ten thousand mutated files are taken or refused, never worse", () => {
  const small =
    "places: [{ id: it/roma, name: Roma }]\nnetworks:\n  - { asn: 1, name: N, place: it/roma, prefixes: [127.0.1.0/24] }\n";
  fc.assert(
    fc.property(fc.nat(small.length), fc.string({ maxLength: 8 }), fc.nat(6), (at, splice, cut) => {
      try {
        parseMatch(small.slice(0, at) + splice + small.slice(at + cut), "m.yaml");
      } catch (failure) {
        assert.ok(failure instanceof RegistaError, String(failure));
      }
    }),
    { numRuns: 10_000, seed: 2 },
  );
});
