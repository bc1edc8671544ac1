import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import type { WatchConfig } from "../config.ts";
import { fallback, findPlace, placeOf, steeringUrls } from "./session.ts";

const config: WatchConfig = {
  v: 1,
  channel: "match",
  title: "Match",
  directorUrls: ["http://127.0.0.1:1"],
  telemetryUrl: null,
  edges: [{ id: "ixp-roma", url: "http://127.0.0.1:8091", label: "Roma" }],
  networks: [],
  captureIs: "camera",
};
const answer = {
  v: 1,
  session: "9f2c",
  network: { asn: 12874, name: "Fastweb" },
  cohort: "it/roma",
  edge: { id: "isp-roma", class: "on-net" },
  why: ["prefix 127.0.1.0/24 → AS12874"],
  urls: { hls: "http://e/m.m3u8", dash: "http://e/l.mpd", time: "http://e/time" },
  steering: { hls: "http://d/h", dash: "http://d/d?s=1", ttlS: 5 },
  target: { latencyMs: 1_800, version: 7, fromLatencyMs: 1_800, fromUtcMs: 0 },
  token: null,
};

test("the director's answer is where to watch", () => {
  const place = placeOf(answer);
  assert.equal(place.session, "9f2c");
  assert.deepEqual(place.edge, { id: "isp-roma", class: "on-net" });
  assert.equal(place.cohort, "it/roma");
  assert.deepEqual(place.target, answer.target);
  assert.deepEqual(place.steering, { hls: "http://d/h", dash: "http://d/d?s=1" });
  assert.equal(place.trouble, null);
});

test("an answer of another version or without URLs is not played", () => {
  assert.throws(() => placeOf({ ...answer, v: 2 }), /another version/);
  assert.throws(() => placeOf({ ...answer, urls: {} }), /lacks/);
  assert.throws(() => placeOf(null), /another version/);
});

test("without a director the first edge of the configuration is played, and it is said", async () => {
  const place = await findPlace(config, (url) => url);
  assert.equal(place.urls.dash, "http://127.0.0.1:8091/match/live.mpd");
  assert.match(place.trouble ?? "", /director does not answer/);
  assert.match(place.session, /^[0-9a-f]{16}$/);
  assert.equal(place.target, null);
});

test("a viewer that began without a director is steered by whichever answers later", async () => {
  const directorUrls = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
  const place = await findPlace({ ...config, directorUrls }, (url) => url);
  assert.deepEqual(
    steeringUrls(place, "dash").toSorted(),
    directorUrls.map((director) => `${director}/steer/dash?session=${place.session}`),
  );
});

test("the next director is asked when one is silent, also for steering", async (t) => {
  const server = createServer((_, response) => void response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const [silent] = config.directorUrls as [string];
  const directorUrls = [silent, `http://127.0.0.1:${port}`];
  // Whichever is asked first.
  for (let round = 0; round < 8; round += 1) {
    const place = await findPlace({ ...config, directorUrls }, (url) => url);
    assert.equal(place.session, "9f2c");
    assert.deepEqual(place.otherDirectors, [silent]);
    assert.deepEqual(steeringUrls(place, "dash"), ["http://d/d?s=1", `${silent}/steer/dash?s=1`]);
  }
});

test("with neither director nor edge the sentence says so", () => {
  assert.throws(
    () => fallback({ ...config, edges: [] }, { order: [], problem: "refused" }),
    /no edge is configured/,
  );
});
