import assert from "node:assert/strict";
import test from "node:test";
import { TARGET_KEY } from "#protocol";
import { tellTarget } from "./steeringTarget.ts";

test("a steering answer's target is handed on as it came, and one without a target says nothing", () => {
  const told: unknown[] = [];
  const hear = (target: unknown): number => told.push(target);
  tellTarget({ VERSION: 1, [TARGET_KEY]: { latencyMs: "?" } }, hear);
  for (const silent of [{ VERSION: 1 }, null, undefined, "X-REGISTA-TARGET", 7, []])
    tellTarget(silent, hear);
  assert.deepEqual(told, [{ latencyMs: "?" }]);
});
