import assert from "node:assert/strict";
import { test } from "node:test";
import { SILENCE_LIMIT_MS } from "../byteGuard.ts";
import { EDGE_PENALTY_S, FAILURES_LIMIT } from "../limits.ts";
import { LONE_PATIENCE } from "../limits.ts";
import { LONGEST_PENALTY_S } from "./limits.ts";
import { Pathways } from "./pathways.ts";

const isp = { name: "isp", url: "http://isp/" };
const ixp = { name: "ixp", url: "http://ixp/" };
const REST_MS = EDGE_PENALTY_S * 1_000;

test("the director's choice serves first, a failed one rests, and the other serves meanwhile", () => {
  const pathways = new Pathways([ixp, isp], "isp");
  assert.equal(pathways.current(0), isp);
  assert.equal(pathways.failed(isp, 0, 100), true);
  assert.equal(pathways.current(101), ixp);
  assert.equal(pathways.current(100 + REST_MS), isp);
});

test("of two tracks that lose the same edge one counts", () => {
  const pathways = new Pathways([isp, ixp], null);
  assert.equal(pathways.failed(isp, 50, 100), true);
  assert.equal(pathways.failed(isp, 60, 120), false);
  assert.equal(pathways.failures, 1);
});

test("an edge that fails again and again rests longer, until it delivers", () => {
  const pathways = new Pathways([isp, ixp], null);
  let now = 0;
  for (let restMs = REST_MS; restMs <= LONGEST_PENALTY_S * 1_000; restMs *= 2) {
    pathways.failed(isp, now, now);
    assert.equal(pathways.current(now + restMs - 1), ixp);
    now += restMs;
    assert.equal(pathways.current(now), isp);
    now += 1;
  }
  pathways.delivered(isp);
  pathways.failed(isp, now, now);
  assert.equal(pathways.current(now + REST_MS), isp);
});

test("when all have failed there is an answer: the one whose rest ends first", () => {
  const pathways = new Pathways([isp, ixp], null);
  pathways.failed(isp, 0, 10);
  pathways.failed(ixp, 11, 20);
  assert.equal(pathways.current(30), isp);
  for (let at = 40; !pathways.exhausted; at += 10) pathways.failed(isp, at, at + 1);
  assert.equal(pathways.failures, FAILURES_LIMIT);
  pathways.delivered(ixp);
  assert.equal(pathways.exhausted, false);
});

test("steering changes the order; names of others change nothing", () => {
  const pathways = new Pathways([isp, ixp], null);
  pathways.prefer(["elsewhere", "ixp", "isp"]);
  assert.equal(pathways.current(0), ixp);
  pathways.prefer(["elsewhere"]);
  assert.equal(pathways.current(0), ixp);
});

test("silence is borne longer where no other location is well", () => {
  const pathways = new Pathways([isp, ixp], null);
  assert.equal(pathways.patienceMs(0), SILENCE_LIMIT_MS);
  pathways.failed(isp, 0, 10);
  assert.equal(pathways.patienceMs(20), SILENCE_LIMIT_MS * LONE_PATIENCE);
  pathways.delivered(isp);
  assert.equal(pathways.patienceMs(30), SILENCE_LIMIT_MS);
});
