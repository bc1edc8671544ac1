import assert from "node:assert/strict";
import test from "node:test";
import { dashSteeringSchema, hlsSteeringSchema, TARGET_KEY } from "#protocol";
import { Pathways, type ToldEdge } from "./clones.ts";
import { PATHWAYS_LIMIT } from "./limits.ts";
import { steeringManifest } from "./manifest.ts";

const edge = (id: string, url = `http://${id}.example`): ToldEdge => ({ id, url });
const [isp, ixp] = [edge("isp-roma"), edge("ixp-roma")];
const both = new Pathways([isp, ixp], new Set([isp.id, ixp.id]));
const target = { latencyMs: 1_700, version: 9, fromLatencyMs: 1_500, fromUtcMs: 1_795_301_664_000 };

type Ranked = [ToldEdge, ...ToldEdge[]];
const hlsOf = (ranked: Ranked, pathways: Pathways, more: object = {}) =>
  hlsSteeringSchema.parse(
    steeringManifest("hls", {
      ...{ ranked, pathways, target: null, reloadUri: "/steer/hls", ttlS: 5 },
      ...more,
    }),
  );
const dashOf = (ranked: Ranked, pathways: Pathways) =>
  dashSteeringSchema.parse(
    steeringManifest("dash", { ranked, pathways, target, reloadUri: "/steer/dash", ttlS: 7 }),
  );

test("both manifests name the edges best first, with TTL and target; without a target the key is left out", () => {
  const hls = hlsOf([isp, ixp], both, { target });
  const dash = dashOf([ixp, isp], both);
  assert.deepEqual(
    [hls["PATHWAY-PRIORITY"], hls.TTL, hls.VERSION],
    [["isp-roma", "ixp-roma"], 5, 1],
  );
  assert.deepEqual([dash["PATHWAY-PRIORITY"], dash.TTL], [["ixp-roma", "isp-roma"], 7]);
  assert.deepEqual([hls[TARGET_KEY], dash[TARGET_KEY]], [target, target]);
  assert.equal(TARGET_KEY in hlsOf([isp], both), false);
  assert.equal("PATHWAY-CLONES" in hls, false);
});

test("players of DASH's draft find the order under the draft's name, HLS players do not", () => {
  assert.deepEqual(dashOf([isp, ixp], both)["SERVICE-LOCATION-PRIORITY"], ["isp-roma", "ixp-roma"]);
  assert.equal("SERVICE-LOCATION-PRIORITY" in hlsOf([isp], both), false);
});

test("an edge that playlists do not name is told as a clone of one that has its scheme, port and path", () => {
  const far = edge("far", "http://far.example");
  const named = new Pathways([isp, ixp, far], new Set([ixp.id]));
  const hls = hlsOf([far, isp, ixp], named);
  assert.deepEqual(hls["PATHWAY-PRIORITY"], ["far", "isp-roma", "ixp-roma"]);
  assert.deepEqual(hls["PATHWAY-CLONES"], [
    { "BASE-ID": "ixp-roma", ID: "far", "URI-REPLACEMENT": { HOST: "far.example" } },
    { "BASE-ID": "ixp-roma", ID: "isp-roma", "URI-REPLACEMENT": { HOST: "isp-roma.example" } },
  ]);
});

test("an HLS clone has a host alone and a DASH clone its port too, IPv6 in brackets", () => {
  const [base, four, six] = [
    edge("base", "http://127.0.0.1:8091"),
    edge("four", "http://127.0.0.2:8091"),
    edge("six", "http://[::1]:8091"),
  ];
  const pathways = new Pathways([base, four, six], new Set(["base"]));
  const hosts = (clones: readonly { "URI-REPLACEMENT": { HOST?: string | undefined } }[] = []) =>
    clones.map((clone) => clone["URI-REPLACEMENT"].HOST);
  const ranked: Ranked = [four, six, base];
  assert.deepEqual(hosts(hlsOf(ranked, pathways)["PATHWAY-CLONES"]), ["127.0.0.2", "[::1]"]);
  assert.deepEqual(hosts(dashOf(ranked, pathways)["PATHWAY-CLONES"]), [
    "127.0.0.2:8091",
    "[::1]:8091",
  ]);
});

test("an edge of another port, scheme or path is told to nobody, and known as such", () => {
  const others = [
    edge("port", "http://a.example:81"),
    edge("scheme", "https://a.example"),
    edge("path", "http://a.example/live"),
  ];
  const pathways = new Pathways([isp, ...others], new Set([isp.id]));
  assert.deepEqual(pathways.untold, ["port", "scheme", "path"]);
  const hls = hlsOf([...others, isp] as unknown as Ranked, pathways);
  assert.deepEqual(hls["PATHWAY-PRIORITY"], ["isp-roma"]);
  assert.equal("PATHWAY-CLONES" in hls, false);
});

test("a long list is cut to the best, and a named pathway is in it whatever the decision says", () => {
  const crowd = Array.from({ length: 20 }, (_, index) => edge(`e${index}`));
  const pathways = new Pathways([...crowd, ixp], new Set([ixp.id]));
  const hls = hlsOf(crowd as unknown as Ranked, pathways);
  assert.deepEqual(hls["PATHWAY-PRIORITY"], ["e0", "e1", "e2", "e3", "e4", "ixp-roma"]);
  assert.equal(hls["PATHWAY-PRIORITY"].length, PATHWAYS_LIMIT);
  assert.deepEqual(
    hls["PATHWAY-CLONES"]?.map(({ ID }) => ID),
    ["e0", "e1", "e2", "e3", "e4"],
  );
  const none = new Pathways(crowd, new Set());
  assert.deepEqual(hlsOf([crowd[3] as ToldEdge], none)["PATHWAY-PRIORITY"], ["e3"]);
});
