import assert from "node:assert/strict";
import test from "node:test";
import { latencyHow, rungText, seconds, syncWord, usualRate, wayText } from "./view.ts";

test("the line under the picture reads as a sentence", () => {
  assert.equal(seconds(1_416), "1.42");
  assert.equal(seconds(null).length, seconds(1_416).length);
  assert.equal(syncWord(1_560, 1_500), "in sync");
  assert.equal(syncWord(2_000, 1_500), "0.50 s late, catching up");
  assert.equal(syncWord(1_200, 1_500), "0.30 s early, slowing down");
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
