import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hopNames } from "#protocol";
import { MARKS_LIMIT, VIEWER_ROWS_LIMIT } from "../limits.ts";
import type { Answer } from "../inputs.ts";
import type { Picture } from "../picture.ts";
import { compose, emptyMemory } from "./index.ts";
import {
  after,
  codes,
  director,
  down,
  edge,
  inputs,
  row,
  start,
  summary,
  up,
  viewer,
} from "./matchFixture.ts";

describe("the picture", () => {
  it("says that all is well when it is, with the chain from camera to screen", () => {
    const { picture } = after({});
    assert.equal(picture.verdict.text, "All links within budget.");
    assert.equal(picture.verdict.state, "good");
    assert.deepEqual(
      picture.blocks.map(({ party, state }) => [party, state]),
      [
        ["broadcaster", "good"],
        ["cdn", "good"],
        ["exchange", "good"],
        ["isp", "good"],
        ["viewer", "good"],
      ],
    );
    assert.deepEqual(
      picture.hops.map(({ hop }) => hop),
      [...hopNames, "unexplained"],
    );
    assert.equal(picture.headline.viewers, 2);
    assert.equal(picture.headline.mbps, 12);
    assert.equal(picture.headline.spread?.worst.ms, 10);
    assert.equal(picture.headline.localPercent, 100);
    assert.equal(row(picture, "edge isp-roma").party, "cdn");
    assert.ok(
      picture.blocks[3]?.rows.some(({ id }) => id === "edge isp-roma"),
      "the edge stands in the ISP's block",
    );
  });

  it("teaches when nobody watches, and before anybody answers", () => {
    const nobody = after({
      telemetry: up(summary({ viewers: [], hops: [], glassToGlass: null, unexplained: null })),
    }).picture;
    assert.equal(nobody.verdict.text, "Every party answers; no viewer yet.");
    assert.match(nobody.blocks[4]?.empty ?? "", /^No viewer yet: open http/);
    const never: Answer<never> = { problem: "not asked yet", body: null, since: start, url: "u" };
    const first = compose(
      inputs({
        at: start,
        broadcaster: never,
        origin: never,
        director: never,
        telemetry: never,
        exchanges: [],
        networks: [],
      }),
      emptyMemory,
    ).picture;
    assert.match(first.verdict.text, /^Starting: waiting for /);
    assert.match(first.blocks[2]?.empty ?? "", /match file/);
  });

  it("does not show a delay that telemetry no longer tells", () => {
    const { picture } = after({}, { telemetry: down(summary(), start + 60_500) });
    assert.ok(picture.hops.every(({ p50 }) => p50 === null));
    assert.equal(picture.headline.glassToGlass, null);
    assert.equal(picture.headline.viewers, 4, "the edges' own count stands in");
    assert.deepEqual(codes(picture), ["telemetry-silent"]);
  });

  it("shows an edge that was never heard as waiting, not as lost", () => {
    const fresh = director([
      edge("isp-roma", { up: false, why: "no heartbeat yet", heartbeat: null }),
    ]);
    const { picture } = after({ director: up(fresh) });
    assert.equal(row(picture, "edge isp-roma").word, "waiting");
    assert.deepEqual(picture.marks, []);
  });

  it("allows a hop the round trip of the links that are declared", () => {
    const far = summary({ viewers: [viewer("s1", { network: "TIM", edge: "ixp-roma" })] });
    const node = (p: Picture): number | undefined =>
      p.hops.find(({ hop }) => hop === "player")?.nodes[0]?.budgetMs;
    assert.equal(node(after({}).picture), 2 * 4 + 20);
    const hops = far.hops.map((each) =>
      each.hop === "player" ? { ...each, node: "ixp-roma" } : each,
    );
    assert.equal(
      node(after({ telemetry: up({ ...far, hops }) }).picture),
      2 * 4 + 60 + 20,
      "TIM is not at the exchange",
    );
    const near = hops.map((each) => each);
    const fastweb = summary({ viewers: [viewer("s1", { edge: "ixp-roma" })], hops: near });
    assert.equal(node(after({ telemetry: up(fastweb) }).picture), 2 * 4 + 2 * 1 + 20);
  });

  it("draws the delay on each arrow, and breaks it where an end is lost", () => {
    const lost = director([edge("isp-roma", { up: false, why: "no heartbeat" })]);
    const before = after({}).picture;
    assert.deepEqual(
      before.arrows.map(({ to, hop, p50, broken }) => [to, hop, p50, broken]),
      [
        ["cdn", "fill", 318, null],
        ["exchange", "edge", null, null],
        ["isp", "edge", 9, null],
        ["viewer", "player", 16, null],
      ],
    );
    const { picture } = after({}, { director: up(lost) });
    assert.deepEqual(
      picture.arrows.map(({ broken }) => broken),
      [null, null, "isp-roma: silent", null],
    );
  });

  it("counts viewers served inside their network or across their exchange as local", () => {
    const viewers = [
      viewer("a"),
      viewer("b", { edge: "ixp-roma" }),
      viewer("c", { network: "TIM", edge: "ixp-roma" }),
      viewer("d", { network: "TIM" }),
    ];
    assert.equal(after({ telemetry: up(summary({ viewers })) }).picture.headline.localPercent, 50);
  });

  it("compares viewers of one place only, and only those who know the camera's time", () => {
    const viewers = [
      viewer("a", { latencyMs: 1_100 }),
      viewer("b", { latencyMs: 1_180 }),
      viewer("c", { network: "TIM", latencyMs: 3_000 }),
      viewer("d", { latencyMs: 9_000, latencyFrom: "origin" }),
    ];
    assert.equal(
      after({ telemetry: up(summary({ viewers })) }).picture.headline.spread?.worst.ms,
      80,
    );
    const one = summary({ viewers: [viewer("a")] });
    assert.equal(after({ telemetry: up(one) }).picture.headline.spread, null);
  });

  it("shows the broadcaster's source, encoders and push as rows", () => {
    const broadcaster = up({
      source: { input: "file:goal.mp4", state: "live", conversion: "29.97 to 50 fps", why: null },
      captureIs: "arrival",
      encoders: [
        { name: "video", state: "starting", restarts: 1, behindMs: 40, lastError: "it froze" },
        { name: "audio", state: "running", restarts: 0, behindMs: 21, lastError: null },
      ],
      renditions: [
        { ingest: { connected: true } },
        { ingest: { connected: false, lastError: "refused" } },
      ],
    });
    const { picture } = after({}, { broadcaster });
    assert.deepEqual(
      picture.blocks[0]?.rows.map(({ name, word, state }) => [name, word, state]),
      [
        ["file:goal.mp4", "live", "good"],
        ["video", "starting", "watch"],
        ["audio", "running", "good"],
        ["broadcaster", "not connected", "watch"],
      ],
    );
    assert.match(row(picture, "broadcaster").why ?? "", /1 of 2 tracks. refused/);
    assert.equal(picture.headline.from, "arrival", "such a latency is none to the camera");
  });

  it("does not call a source lost, or back, that has not come yet", () => {
    const connecting = up({
      source: { input: "srt://", state: "connecting", why: "nobody calls" },
    });
    const live = up({ source: { input: "srt://", state: "live" } });
    const { picture } = after(
      { broadcaster: connecting },
      { broadcaster: connecting },
      { broadcaster: live },
    );
    assert.deepEqual(picture.marks, []);
    assert.equal(row(after({ broadcaster: connecting }).picture, "source").state, "waiting");
  });

  it("is not confused by a status page of somebody else's", () => {
    const odd = fc.dictionary(
      fc.constantFrom("source", "encoder", "encoders", "renditions", "counters", "ready"),
      fc.jsonValue(),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(odd, odd, (broadcaster, origin) => {
        const { picture } = after({ broadcaster: up(broadcaster), origin: up(origin) });
        assert.equal(picture.blocks.length, 5);
        assert.ok(JSON.stringify(picture).length > 0);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it("keeps its lists short", () => {
    const viewers = Array.from({ length: VIEWER_ROWS_LIMIT + 40 }, (_, n) =>
      viewer(`s${n}`, { latencyMs: 1_000 + n }),
    );
    const { picture } = after({ telemetry: up(summary({ viewers })) });
    assert.equal(picture.blocks[4]?.rows.length, VIEWER_ROWS_LIMIT);
    assert.equal(picture.blocks[4]?.title, `${VIEWER_ROWS_LIMIT + 40} viewers`);
    const lost = director([edge("isp-roma", { up: false, why: "no heartbeat" })]);
    const flapping = Array.from({ length: MARKS_LIMIT + 10 }, (_, n) =>
      n % 2 === 0 ? {} : { director: up(lost) },
    );
    assert.equal(after(...flapping).picture.marks.length, MARKS_LIMIT);
  });
});
