import assert from "node:assert/strict";
import test from "node:test";
import * as protocol from "#protocol";
import { cuePath, cueStreamPath, manifestUrls } from "./paths.ts";

test("the page asks for what the protocol names", () => {
  assert.deepEqual(manifestUrls("http://e", "match"), {
    dash: `http://e${protocol.mpdPath("match")}`,
    hls: `http://e${protocol.mainPlaylistPath("match")}`,
  });
  assert.equal(cuePath("match", 7), protocol.cuePath("match", 7));
  assert.equal(cueStreamPath("match"), protocol.cueStreamPath("match"));
});
