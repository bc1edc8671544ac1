import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { OPEN_WEIGHT } from "./limits.ts";
import {
  ask,
  frozen,
  kept,
  nowhere,
  type Received,
  type Scripted,
  scripted,
  status,
  supplyOf,
} from "./supplyStage.ts";
import type { Upstreams } from "./upstreams.ts";

/** An origin that says its name in every part, and in its ETags. */
const origin =
  (name: string, source = name): Scripted["play"] =>
  (request, reply) => {
    const part = request.path.replace(/^.*\//, "").replace(".m4s", "");
    reply.send(200, [kept, ["ETag", `"${source}-1-h0-${part}"`]], `${name} ${part}`);
  };

/** Part `part` of segment `segment`. */
const partOf = (supply: Upstreams, segment: number, part: number): Promise<Received> =>
  ask(supply, `/match/v/${segment}.${part}.m4s`, { source: `match/${segment}` }).over;

/** Two origins: the first has given parts 0 and 1 of segment 7 when it dies. */
async function dying(t: TestContext, second: Scripted["play"]): Promise<Upstreams> {
  const [a, b] = [await scripted(t, origin("a")), await scripted(t, second)];
  const supply = supplyOf(t, [a.url, b.url]);
  for (const part of [0, 1]) assert.equal((await partOf(supply, 7, part)).body, `a 7.${part}`);
  a.play = status(503);
  return supply;
}

test("an origin that dies within a segment: its parts are refused to the segment's end, the next comes from the other", async (t) => {
  const supply = await dying(t, origin("b"));
  for (const part of [2, 3]) {
    const refused = await partOf(supply, 7, part);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers?.get("cache-control"), "no-store");
    assert.match(refused.body, /"code":"edge\/source-lost".*match\/7/);
    assert.equal(refused.headers?.get("content-length"), String(refused.body.length));
  }
  assert.equal(supply.counters.sourceLost, 2);
  for (const part of [0, 1]) assert.equal((await partOf(supply, 8, part)).body, `b 8.${part}`);
});

test("an origin of the same source goes on within the segment", async (t) => {
  const supply = await dying(t, origin("b", "a"));
  for (const part of [2, 3]) assert.equal((await partOf(supply, 7, part)).body, `b 7.${part}`);
  assert.equal(supply.counters.sourceLost, 0);
});

test("a segment stays with who gave its first part, though a better upstream is well again", async (t) => {
  const [a, b] = [await scripted(t, status(503)), await scripted(t, origin("b"))];
  const supply = supplyOf(t, [a.url, b.url]);
  assert.equal((await partOf(supply, 7, 0)).body, "b 7.0");
  a.play = origin("a");
  assert.equal((await partOf(supply, 7, 1)).body, "b 7.1");
  assert.equal((await partOf(supply, 7, 2)).body, "b 7.2");
  assert.equal((await partOf(supply, 8, 0)).body, "a 8.0");
});

test("two first parts under way together come from one origin, although their races end differently", async (t) => {
  const [a, b] = [await scripted(t, frozen), await scripted(t, origin("b"))];
  const supply = supplyOf(t, [a.url, b.url]);
  const held: (() => void)[] = [];
  a.play = (request, reply) => {
    held.push(() => void origin("a")(request, reply));
  };
  b.play = (request, reply) => {
    if (!request.path.endsWith("7.1.m4s")) return origin("b")(request, reply);
    // The first origin's answer for part 1 comes before this one's, and after part 0 came from here.
    for (const answer of held) answer();
    void origin("b")(request, reply);
  };
  const [first, second] = await Promise.all([partOf(supply, 7, 0), partOf(supply, 7, 1)]);
  assert.deepEqual([first.body, second.body], ["b 7.0", "b 7.1"]);
});

test("errors name no source: they are passed on, whoever the segment belongs to", async (t) => {
  const supply = await dying(t, status(404));
  assert.equal((await partOf(supply, 7, 2)).status, 404);
});

test("an origin that died with its first part delivered: who asks for it again gets it whole from the other", async (t) => {
  const b = await scripted(t, origin("b"));
  const a = await scripted(t, origin("a"));
  const supply = supplyOf(t, [a.url, b.url]);
  assert.equal((await partOf(supply, 7, 0)).body, "a 7.0");
  a.play = status(503);
  assert.equal((await partOf(supply, 7, 0)).body, "b 7.0");
  assert.equal((await partOf(supply, 7, 1)).body, "b 7.1");
});

test("a lone upstream that is down and up again goes on, as long as it is the same source", async (t) => {
  const a = await scripted(t, origin("a"));
  const supply = supplyOf(t, [a.url, await nowhere(t)]);
  for (const part of [0, 1]) await partOf(supply, 7, part);
  a.play = status(503);
  for (let times = 0; times < OPEN_WEIGHT; times++)
    assert.equal((await partOf(supply, 7, 2)).status, 503);
  a.play = origin("a");
  assert.equal((await partOf(supply, 7, 2)).body, "a 7.2");
  a.play = origin("a", "a, started anew");
  assert.equal((await partOf(supply, 7, 3)).status, 503);
});
