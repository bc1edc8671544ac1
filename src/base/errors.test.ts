import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, FACT_LENGTH_LIMIT, RegistaError, sentenceOf } from "./errors.ts";

const errors = catalogue("kitchen", {
  "no-salt": { kind: "world", status: 503, says: "No salt in {place}.", cure: "Fill {place}." },
});

test("an error carries its code, its sentence and its cure", () => {
  const error = errors.make("no-salt", { place: "the jar" });
  assert.ok(error instanceof RegistaError);
  assert.deepEqual(error.toJSON(), {
    code: "kitchen/no-salt",
    error: "No salt in the jar.",
    cure: "Fill the jar.",
  });
  assert.equal(error.status, 503);
  assert.equal(sentenceOf(error), "No salt in the jar. Fill the jar. (kitchen/no-salt)");
});

test("a fact as long as an attacker likes is cut", () => {
  const error = errors.make("no-salt", { place: "x".repeat(10_000) });
  assert.ok(error.message.length < FACT_LENGTH_LIMIT + 50);
});
