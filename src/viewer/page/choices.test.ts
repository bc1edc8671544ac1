import assert from "node:assert/strict";
import test from "node:test";
import type { WatchConfig } from "../config.ts";
import { choiceFrom, searchFor } from "./choices.ts";

const fastweb = { asn: 12_874, name: "Fastweb", gateway: "127.0.1.1" };
const tim = { asn: 3_269, name: "TIM", gateway: "127.0.2.1" };
const config: WatchConfig = {
  v: 1,
  channel: "match",
  title: "Match",
  directorUrls: ["http://127.0.0.1:8082"],
  telemetryUrl: null,
  edges: [],
  networks: [fastweb, tim],
  captureIs: "camera",
};
const able = { mediaSource: true, nativeHls: false };

test("protocol and network come from the address, with sane defaults", () => {
  assert.deepEqual(choiceFrom("?protocol=hls&network=3269", config, able), {
    protocol: "hls",
    network: tim,
  });
  assert.deepEqual(choiceFrom("", config, able), { protocol: "own", network: fastweb });
  assert.deepEqual(choiceFrom("?network=999", config, able)?.network, fastweb);
  assert.equal(choiceFrom("?network=direct", config, able)?.network, null);
  assert.equal(choiceFrom("", { ...config, networks: [] }, able)?.network, null);
  assert.equal(choiceFrom("", config, { mediaSource: false, nativeHls: false }), null);
});

test("the address that a choice makes chooses the same again", () => {
  for (const network of [fastweb, tim, null]) {
    const search = searchFor("?wall=1", { protocol: "hls", network });
    assert.match(search, /wall=1/);
    assert.deepEqual(choiceFrom(search, config, able), { protocol: "hls", network });
  }
});
