// What it costs two thousand viewers when the edge under half of them is killed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeDeath } from "../support/edgeDeath.ts";

const VIEWERS = 2_000;
const STALL_LIMIT_MS = 2_000;

test("an edge killed under two thousand viewers costs none of them more than two seconds", async (t) => {
  const { report, playing } = await edgeDeath({
    viewers: VIEWERS,
    settleMs: 5_000,
    afterMs: 10_000,
  });
  const [fastweb, tim] = report.networks;
  t.diagnostic(report.says);
  const longest = report.all.stalls.lengthMs?.max ?? 0;
  assert.ok(longest <= STALL_LIMIT_MS, `the longest stall was ${longest.toFixed(0)} ms`);
  assert.equal(playing, VIEWERS, "everybody plays again");
  assert.equal(fastweb?.moves.count, VIEWERS / 2, "each of its viewers has moved, once");
  assert.equal(tim?.errors, 0, "those on the other edge had no trouble with it");
  assert.deepEqual(report.faults, [], "all content is as it should be");
  assert.ok(report.content.objects > 0);
});
