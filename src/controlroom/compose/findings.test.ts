import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Status } from "../inputs.ts";
import { LEFT_EDGE_MS, REPLACED_IS_NEWS_MS, STARTING_MS } from "../limits.ts";
import {
  after,
  codes,
  director,
  down,
  type Edge,
  edge,
  row,
  start,
  summary,
  up,
  viewer,
} from "./matchFixture.ts";

describe("the verdict", () => {
  it("calls a party silent when it was not reached in the time to start, and says since when", () => {
    const silent = down<Status>(null, start);
    const { picture } = after({ at: start + STARTING_MS, origin: silent });
    assert.deepEqual(codes(picture), ["origin-silent"]);
    assert.equal(
      picture.verdict.text,
      "The origin has been silent for 5 s; edges serve what they still have.",
    );
    assert.equal(row(picture, "origin").word, "silent");
    assert.match(row(picture, "origin").why ?? "", /nothing listens there/);
  });

  it("says where the viewers of a lost edge are, since when, and marks it", () => {
    const lost = director([
      edge("isp-roma", { up: false, why: "no heartbeat for 3 s" }),
      edge("ixp-roma", { at: "namex", in: null }),
    ]);
    const moved = summary({
      viewers: [viewer("s1", { edge: "ixp-roma" }), viewer("s2", { edge: "ixp-roma" })],
    });
    const { picture } = after(
      {},
      {},
      { telemetry: up(moved) },
      { director: up(lost), telemetry: up(moved) },
      {
        director: up(lost),
        telemetry: up(moved),
      },
    );
    assert.equal(
      picture.verdict.text,
      "Edge isp-roma has been silent for 1 s; its viewers are on ixp-roma.",
    );
    assert.equal(picture.verdict.state, "trouble");
    assert.deepEqual(
      picture.marks.map(({ kind }) => kind),
      ["edge-lost"],
    );
    assert.equal(picture.blocks[1]?.state, "silent", "the CDN answers for its edge");
    assert.equal(picture.blocks[3]?.state, "good", "the ISP does not");
    assert.equal(picture.point.edges["isp-roma"], null);
  });

  it("says how many viewers of a lost edge are not heard of, and forgets those who left long before", () => {
    const lost = director([edge("isp-roma", { up: false, why: "no heartbeat" })]);
    const one = summary({ viewers: [viewer("s2")] });
    const { picture } = after({}, { director: up(lost), telemetry: up(one) });
    assert.equal(
      picture.verdict.text,
      "Edge isp-roma has been silent for 0 s; 1 viewer still names it and 1 viewer not heard of any more.",
    );
    const later = after(
      {},
      { at: start + 61_000 + LEFT_EDGE_MS, telemetry: up(one) },
      {
        at: start + 62_000 + LEFT_EDGE_MS,
        director: up(lost),
        telemetry: up(one),
      },
    );
    assert.match(later.picture.verdict.text, /; 1 viewer still names it\.$/);
  });

  it("marks an edge's return", () => {
    const lost = director([edge("isp-roma", { up: false, why: "no heartbeat" })]);
    const { picture } = after({}, { director: up(lost) }, {});
    assert.deepEqual(
      picture.marks.map(({ kind }) => kind),
      ["edge-lost", "edge-back"],
    );
    assert.deepEqual(codes(picture), []);
  });

  it("speaks of a replaced encoder for half a minute", () => {
    const replaced = up({
      source: { input: "test", state: "live" },
      encoders: [{ name: "video", state: "running", restarts: 1 }],
    });
    const { picture } = after({}, { broadcaster: replaced }, { broadcaster: replaced });
    assert.equal(picture.verdict.text, "Encoder was replaced 1 s ago.");
    assert.deepEqual(
      picture.marks.map(({ kind }) => kind),
      ["encoder-replaced"],
    );
    const later = after(
      {},
      { broadcaster: replaced },
      { broadcaster: replaced, at: start + 62_000 + REPLACED_IS_NEWS_MS },
    );
    assert.deepEqual(codes(later.picture), []);
  });

  it("says that the source is lost, and marks it and its return", () => {
    const broadcaster = up({
      source: { input: "srt", state: "connecting", why: "nothing came for 1 s" },
      encoders: [{ name: "video", state: "running", restarts: 0 }],
    });
    const { picture } = after(
      { broadcaster: up({ source: { input: "srt", state: "live" } }) },
      { broadcaster },
    );
    assert.match(picture.verdict.text, /^The source has been lost for 0 s/);
    const back = after(
      {},
      { broadcaster: up({ source: { input: "test", state: "connecting" } }) },
      {},
    ).picture;
    assert.deepEqual(
      back.marks.map(({ kind }) => kind),
      ["source-lost", "source-back"],
    );
  });

  it("names the hop and the node that are over budget, by how much", () => {
    const { picture } = after({ telemetry: up(summary({}, { edge: 53 })) });
    assert.deepEqual(codes(picture), ["hop-over-budget"]);
    assert.equal(
      picture.findings[0]?.text,
      "“origin → edge” takes 53 ms at isp-roma, 40 ms over its budget, for 0 s now.",
    );
    assert.deepEqual(picture.verdict, {
      text: "Viewers are within the latency budget; over its own: origin → edge.",
      state: "good",
    });
    assert.deepEqual(
      picture.hops.filter(({ over }) => over).map(({ hop }) => hop),
      ["edge"],
    );
  });

  it("counts a stall in the second in which it began", () => {
    const stalled = summary({
      viewers: [
        viewer("s1", { stalls: 1 }),
        viewer("s2", { latencyMs: 1_130, stalls: 0 }),
        viewer("new", { stalls: 5 }),
      ],
    });
    const { picture } = after({}, { telemetry: up(stalled) });
    assert.equal(picture.point.stalls, 1);
    assert.deepEqual(codes(picture), ["viewers-stall"]);
    assert.equal(
      after({}, { telemetry: up(stalled) }, { telemetry: up(stalled) }).picture.point.stalls,
      0,
    );
  });

  it("says when viewers are late, apart, or a node is full", () => {
    const late = summary({
      viewers: [viewer("a", { latencyMs: 2_000 }), viewer("b", { latencyMs: 1_700 })],
    });
    assert.deepEqual(codes(after({ telemetry: up(late) }).picture), [
      "glass-to-glass-over-budget",
      "spread-over-budget",
    ]);
    const heartbeat = { ...edge("isp-roma").heartbeat, mbps: 970 } as Edge["heartbeat"];
    const full = after({ director: up(director([edge("isp-roma", { heartbeat })])) }).picture;
    assert.equal(full.verdict.text, "isp-roma is at 97 % of its capacity, for 0 s now.");
  });

  it("says that no part comes although the origin answers", () => {
    const origin = up({ ready: true, renditions: [{ behindMs: 9_000 }] });
    const { picture } = after({ origin });
    assert.equal(picture.verdict.text, "No part has reached the origin for 0 s.");
    assert.equal(row(picture, "origin").word, "no parts");
  });
});
