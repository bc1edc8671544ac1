import assert from "node:assert/strict";
import test from "node:test";
import { cmcdKeys, cmcdNumber, cmcdText, decodeCmcd, encodeCmcd } from "#telemetry/cmcd";
import { cmcdOf, type Watching } from "./report.ts";

const watching: Watching = {
  session: "9f2c",
  channel: "match",
  protocol: "dash",
  word: "playing",
  at: 1_795_301_664_120.4,
  sequence: 3,
  latencyMs: 1_503.26,
  syncErrorMs: 3.26,
  needMs: 812.04,
  cohort: "it/roma",
  clockErrorMs: 0.35,
  bufferMs: 903.7,
  bitrateKbps: 3_000,
  topBitrateKbps: 3_000,
  rate: 1.01,
  edge: "isp-roma",
  network: "Fastweb",
  rendition: "v720",
  stalls: 1,
  cues: { late: 2, lost: 1 },
};

test("a report reads back as what the viewer saw", () => {
  const read = decodeCmcd(encodeCmcd(cmcdOf(watching)));
  assert.equal(cmcdText(read, "e"), "t");
  assert.equal(cmcdText(read, "sid"), "9f2c");
  assert.equal(cmcdText(read, "sf"), "d");
  assert.equal(cmcdText(read, "sta"), "p");
  assert.equal(cmcdNumber(read, "ts"), 1_795_301_664_120);
  assert.equal(cmcdNumber(read, "bl"), 904);
  assert.equal(cmcdNumber(read, "br"), 3_000);
  assert.equal(cmcdNumber(read, cmcdKeys.glassToGlass), 1_503.3);
  assert.equal(cmcdNumber(read, cmcdKeys.sync), 3.3);
  assert.equal(cmcdNumber(read, cmcdKeys.need), 812);
  assert.equal(cmcdText(read, cmcdKeys.cohort), "it/roma");
  assert.equal(cmcdText(read, cmcdKeys.edge), "isp-roma");
  assert.equal(cmcdNumber(read, cmcdKeys.stalls), 1);
  assert.equal(cmcdNumber(read, cmcdKeys.cuesLate), 2);
  assert.equal(cmcdNumber(read, cmcdKeys.cuesLost), 1);
});

test("what is not known is left out, never sent as nothing", () => {
  const read = decodeCmcd(
    encodeCmcd(
      cmcdOf({
        ...watching,
        latencyMs: null,
        syncErrorMs: null,
        needMs: null,
        cohort: null,
        clockErrorMs: null,
        edge: null,
        network: null,
        rendition: null,
        bitrateKbps: null,
        topBitrateKbps: null,
      }),
    ),
  );
  const { glassToGlass, sync, need, cohort, edge } = cmcdKeys;
  for (const key of [glassToGlass, sync, need, cohort, edge, "br", "tb"])
    assert.equal(Object.hasOwn(read, key), false, key);
});
