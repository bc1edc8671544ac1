import assert from "node:assert/strict";
import test from "node:test";
import { chanceOf, monoMs } from "#base";
import { PROBE_FAILURES, PROBE_SLOW_LEARNS, PROBE_SUCCESSES } from "./limits.ts";
import { ProbeRecord } from "./probeRecord.ts";

/** Probes once a second, each of these first-byte times in ms; null: it failed. */
function probe(
  record: ProbeRecord,
  times: readonly (number | null)[],
  mbps: number | null = null,
): string[] {
  return times.map((firstByteMs) => {
    const at = monoMs(record.count * 1_000);
    if (firstByteMs === null) record.take({ ok: false, why: "no answer" }, at);
    else record.take({ ok: true, firstByteMs, mbps }, at);
    return record.standing;
  });
}
const times = (count: number, ms: number | null): (number | null)[] =>
  Array.from({ length: count }, () => ms);

test("an edge that never answered is no more than that, however often it fails", () => {
  const record = new ProbeRecord("foreign");
  assert.deepEqual(new Set(probe(record, times(20, null))), new Set(["none"]));
  assert.equal(record.why, "does not answer probes: no answer");
});

test("a foreign edge is down at its second failure, and back at the third good probe", () => {
  const record = new ProbeRecord("foreign");
  probe(record, times(10, 5));
  assert.deepEqual(probe(record, times(PROBE_FAILURES.foreign, null)), ["up", "silent"]);
  assert.deepEqual(probe(record, times(PROBE_SUCCESSES, 5)), ["silent", "silent", "up"]);
  assert.equal(record.why, null);
});

test("one probe that is lost, every second one, never makes an edge flap", () => {
  const record = new ProbeRecord("foreign");
  probe(record, times(5, 5));
  const seen = new Set(Array.from({ length: 50 }, () => probe(record, [null, 5])).flat());
  assert.deepEqual([...seen], ["up"]);
});

test("an edge of ours, which speaks for itself, may miss more probes", () => {
  const record = new ProbeRecord("own");
  probe(record, times(10, 5));
  assert.equal(probe(record, times(PROBE_FAILURES.own - 1, null)).at(-1), "up");
  assert.equal(probe(record, [null])[0], "silent");
});

test("an edge that answers late is slow after three probes and says so; well again when most are as usual", () => {
  const record = new ProbeRecord("foreign");
  probe(record, times(30, 12));
  assert.deepEqual(probe(record, times(4, 400)), ["up", "up", "slow", "slow"]);
  assert.equal(record.why, "is slow: the first byte takes 400 ms, usually 12 ms");
  assert.deepEqual(probe(record, times(5, 14)).slice(-2), ["up", "up"]);
});

test("an edge slow on the border does not flap: it is well only clearly below", () => {
  const record = new ProbeRecord("foreign");
  const chance = chanceOf(5);
  probe(record, times(30, 10));
  probe(record, times(10, 260));
  assert.equal(record.standing, "slow");
  const noisy = Array.from({ length: 60 }, () => 180 + chance() * 60);
  assert.deepEqual(new Set(probe(record, noisy)), new Set(["slow"]));
});

test("a single late answer, and answers late by a little, are nothing", () => {
  const record = new ProbeRecord("foreign");
  probe(record, times(30, 2));
  assert.deepEqual(
    probe(record, [900, 2, 2, 900, 2, 2]),
    times(6, 0).map(() => "up"),
  );
  assert.deepEqual(new Set(probe(record, times(20, 60))), new Set(["up"]));
});

test("an edge whose speed falls to a quarter is slow though its first byte is not", () => {
  const record = new ProbeRecord("foreign");
  probe(record, times(10, 5), 80);
  assert.deepEqual(probe(record, times(3, 5), 10), ["up", "slow", "slow"]);
  assert.equal(record.why, "is slow: 10.0 Mb/s, usually 80.0 Mb/s");
  assert.equal(probe(record, times(3, 5), 75).at(-1), "up");
});

test("a path that has changed for good becomes the usual one", () => {
  const record = new ProbeRecord("foreign");
  probe(record, times(120, 5));
  const standings = probe(record, times(80 * PROBE_SLOW_LEARNS, 300));
  assert.equal(standings[10], "slow");
  assert.equal(standings.at(-1), "up");
});
