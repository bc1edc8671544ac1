// What it costs two thousand viewers when the edge under half of them is killed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { edgeDeath } from "../support/edgeDeath.ts";

const VIEWERS = 2_000;
const STALL_LIMIT_MS = 2_000;
/** A crowd that is itself later than this, at its 99th percentile, cannot tell who stalled, ms. */
const CROWD_LATE_MS = 100;

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
  // A crowd whose own loop was late saw its own stalls.
  const lateMs = Math.max(...report.processes.map(({ lagMs }) => lagMs?.p99 ?? 0));
  if (lateMs <= CROWD_LATE_MS)
    assert.equal(tim?.stalls.count, 0, "those on the other edge did not notice");
  else t.diagnostic(`the crowd itself was up to ${lateMs.toFixed(0)} ms late`);
  assert.equal(tim?.errors, 0, "those on the other edge had no trouble with it");
  assert.deepEqual(report.faults, [], "all content is as it should be");
  assert.ok(report.content.objects > 0);
});
