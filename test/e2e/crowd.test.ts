// A hundred socket viewers of a whole match, and the edge under half of them killed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeDeath } from "../support/edgeDeath.ts";

const VIEWERS = 100;
const STALL_LIMIT_MS = 2_000;

test("a crowd's viewers leave a killed edge within two seconds, and what they get is whole", async () => {
  const { report, playing } = await edgeDeath({
    viewers: VIEWERS,
    settleMs: 1_000,
    afterMs: 3_000,
  });
  const longest = report.all.stalls.lengthMs?.max ?? 0;
  assert.ok(longest <= STALL_LIMIT_MS, `the longest stall was ${longest.toFixed(0)} ms`);
  assert.equal(playing, VIEWERS);
  assert.equal(report.networks[0]?.moves.count, VIEWERS / 2);
  assert.equal(report.networks[1]?.errors, 0);
  assert.deepEqual(report.faults, []);
  assert.ok(report.content.objects > 0, "content was compared");
});
