import assert from "node:assert/strict";
import test from "node:test";
import type { Summary } from "#protocol";
import { delayPieces } from "./delay.ts";

const ms = (p50: number): Summary["hops"][number]["ms"] => ({ p50, p95: p50, p99: p50, n: 9 });
const summary: Pick<Summary, "hops" | "unexplained"> = {
  hops: [
    { hop: "due", node: "hls", ms: ms(960) },
    { hop: "due", node: "dash", ms: ms(700) },
    { hop: "encode", node: "broadcaster", ms: ms(38) },
    { hop: "edge", node: "ixp-roma", ms: ms(9) },
    { hop: "edge", node: "isp-roma", ms: ms(12) },
  ],
  unexplained: ms(14),
};

test("the bar follows the way of a part, with this viewer's edge and protocol", () => {
  const pieces = delayPieces(summary, { edge: "isp-roma", edgeClass: "on-net", protocol: "dash" });
  assert.deepEqual(
    pieces.map(({ hop, ms, party }) => [hop, ms, party]),
    [
      ["encode", 38, "broadcaster"],
      ["edge", 12, "cdn"],
      ["due", 700, "viewer"],
      ["unexplained", 14, "nobody"],
    ],
  );
});

test("an edge at the exchange has the exchange's colour, and what nobody measured is left out", () => {
  const viewer = { edge: "ixp-roma", edgeClass: "exchange", protocol: "dash" };
  assert.equal(
    delayPieces(summary, viewer).find((piece) => piece.hop === "edge")?.party,
    "exchange",
  );
  assert.deepEqual(delayPieces({ hops: [], unexplained: null }, viewer), []);
});
