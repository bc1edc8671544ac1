import assert from "node:assert/strict";
import test from "node:test";
import type { SyncState } from "#viewer/sync";
import { latencyHow, rungText, seconds, syncView, usualRate, wayText } from "./view.ts";

test("the line under the picture reads as a sentence", () => {
  assert.equal(seconds(1_416), "1.42");
  assert.equal(seconds(null).length, seconds(1_416).length);
  assert.equal(
    wayText({ network: "Fastweb", edge: { id: "isp-roma", class: "on-net" } }),
    "Fastweb → edge isp-roma (on-net)",
  );
  assert.equal(wayText({ network: null, edge: null }), "direct → no edge yet");
  assert.equal(rungText({ name: "v720", height: 720, fps: 50, kbps: 3_000 }), "720p50 3.0 Mb/s");
  assert.equal(rungText({ name: "v720", height: null, fps: null, kbps: null }), "v720");
});

test("a latency says how it was measured, and never claims the camera for an arrival", () => {
  assert.match(latencyHow({ captureIs: "camera", clockErrorMs: 0.4 }), /capture.*±0\.4 ms$/);
  assert.match(latencyHow({ captureIs: "arrival", clockErrorMs: null }), /arrival.*not checked$/);
});

test("a frame rate is named only when it is a usual one", () => {
  assert.equal(usualRate(20), 50);
  assert.equal(usualRate(40.0001), 25);
  assert.equal(usualRate(33.333), 30);
  assert.equal(usualRate(70), null);
  assert.equal(usualRate(0), null);
});

const standing = {
  latencyMs: 1_560,
  targetMs: 1_500,
  targetVersion: 3,
  heldMs: 1_500,
  needMs: null,
} as const;
const counters = { seeks: 1, rateChanges: 0, rungsDown: 0, waits: 0, refused: 0 };
const inSync: SyncState = { kind: "in sync", errorMs: 60, sentence: "in sync", counters };
const late: SyncState = { kind: "late", errorMs: 1_300, sentence: "late by 1.3 s", counters };

test("a viewer who cannot be as near as the others is told so, though its player holds its own distance", () => {
  assert.equal(syncView(null, standing).sync, "not measured yet");
  assert.equal(syncView(inSync, standing).sync, "in sync");
  assert.equal(syncView(inSync, standing).syncErrorMs, 60);
  const farther = syncView(inSync, { ...standing, heldMs: 1_700 });
  assert.equal(farther.sync, "late by 0.2 s");
  assert.match(farther.lateWhy ?? "", /no nearer/);
  assert.equal(syncView(late, { ...standing, heldMs: 1_700 }).sync, "late by 1.3 s");
});

test("who is late is told why, as far as that is known", () => {
  const slow = syncView(late, { ...standing, needMs: 2_130 });
  assert.match(slow.lateWhy ?? "", /2\.13 s behind the camera/);
  assert.equal(syncView(late, standing).lateWhy, null);
  const lowered = { ...late, counters: { ...counters, rungsDown: 1 } };
  assert.match(syncView(lowered, standing).lateWhy ?? "", /smaller picture/);
  assert.equal(syncView(inSync, { ...standing, needMs: 2_130 }).lateWhy, null);
});
