import assert from "node:assert/strict";
import test from "node:test";
import { dashSteeringSchema, hlsSteeringSchema, TARGET_KEY } from "#protocol";
import { currentPathway, steeringManifest } from "./steering.ts";

const ranked = [{ id: "isp-roma" }, { id: "ixp-roma" }];

const target = { latencyMs: 1_700, version: 9, fromLatencyMs: 1_500, fromUtcMs: 1_795_301_664_000 };
const told = { ranked, target };

test("both manifests carry the cohort's target; without one the key is left out", () => {
  const hls = hlsSteeringSchema.parse(
    steeringManifest("hls", { ...told, reloadUri: "/steer/hls" }),
  );
  const dash = dashSteeringSchema.parse(
    steeringManifest("dash", { ...told, reloadUri: "/steer/dash" }),
  );
  assert.deepEqual([hls[TARGET_KEY], dash[TARGET_KEY]], [target, target]);
  const without = steeringManifest("hls", { ranked, target: null, reloadUri: "/steer/hls" });
  assert.equal(TARGET_KEY in without, false);
});

test("both manifests name every edge, best first, under the standard's name", () => {
  const hls = hlsSteeringSchema.parse(
    steeringManifest("hls", { ...told, reloadUri: "/steer/hls" }),
  );
  const dash = dashSteeringSchema.parse(
    steeringManifest("dash", { ...told, reloadUri: "/steer/dash" }),
  );
  assert.deepEqual(hls["PATHWAY-PRIORITY"], ["isp-roma", "ixp-roma"]);
  assert.deepEqual(dash["PATHWAY-PRIORITY"], ["isp-roma", "ixp-roma"]);
  assert.deepEqual([hls.TTL, hls.VERSION, dash.TTL, dash.VERSION], [5, 1, 5, 1]);
});

test("players of DASH's draft find the order under the draft's name, HLS players do not", () => {
  const dash = steeringManifest("dash", { ...told, reloadUri: "/steer/dash" });
  assert.deepEqual("SERVICE-LOCATION-PRIORITY" in dash && dash["SERVICE-LOCATION-PRIORITY"], [
    "isp-roma",
    "ixp-roma",
  ]);
  assert.equal(
    "SERVICE-LOCATION-PRIORITY" in steeringManifest("hls", { ...told, reloadUri: "/steer/hls" }),
    false,
  );
});

test("a player's present pathway is read plain, quoted, and as the last known of a list", () => {
  const known = new Set(["a", "b"]);
  assert.equal(currentPathway("a", known), "a");
  assert.equal(currentPathway('"a,b"', known), "b");
  assert.equal(currentPathway('"a","nobody"', known), "a");
  assert.equal(currentPathway("nobody", known), undefined);
  assert.equal(currentPathway(undefined, known), undefined);
  assert.equal(currentPathway(`a,${"x".repeat(2_000)}`, known), undefined);
});
