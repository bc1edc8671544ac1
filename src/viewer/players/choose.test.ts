import assert from "node:assert/strict";
import test from "node:test";
import { chooseProtocol, HLS_NEAREST_MS, playable, targetFor } from "./choose.ts";

const everything = { mediaSource: true, nativeHls: true };

test("what is asked for is played when it can be, otherwise the best there is", () => {
  assert.equal(chooseProtocol("hls", everything), "hls");
  assert.equal(chooseProtocol(null, everything), "own");
  assert.equal(chooseProtocol("smooth", everything), "own");
  assert.equal(chooseProtocol("dash", { mediaSource: false, nativeHls: true }), "native");
  assert.equal(chooseProtocol("dash", { mediaSource: false, nativeHls: false }), null);
  assert.deepEqual(playable({ mediaSource: true, nativeHls: false }), ["own", "dash", "hls"]);
});

test("HLS is held no nearer than it can be", () => {
  assert.equal(targetFor("dash", 1_500), 1_500);
  assert.equal(targetFor("own", 900), 900);
  assert.equal(targetFor("hls", 1_000), HLS_NEAREST_MS);
  assert.equal(targetFor("hls", 3_000), 3_000);
});
