import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheStage, turn } from "./cacheStage.ts";
import { PASSED_LIMIT } from "./limits.ts";

const fresh = [["Cache-Control", "max-age=10"]] as const;

test("a request that changes something goes through with its fields, and its answer comes back", async () => {
  const stage = new CacheStage();
  const visit = stage.ask(
    "/o?CMCD=x",
    { Cookie: "a", Connection: "x-hop", "X-Hop": "1", "If-Match": '"a"', Expect: "100-continue" },
    "PATCH",
  );
  assert.deepEqual([stage.last.method, stage.last.target], ["PATCH", "/o?CMCD=x"]);
  assert.deepEqual(stage.last.fields.entries(), [
    ["Cookie", "a"],
    ["If-Match", '"a"'],
    ["Via", "1.1 e1"],
  ]);
  stage.last.answer(201, [["Location", "/p"]], "done");
  assert.deepEqual([visit.status, visit.body, visit.done], [201, "done", true]);
  assert.equal(visit.get("cache-status"), "e1; fwd=method; fwd-status=201");
});

test("what it changed is forgotten: its target, and what Location and Content-Location name here", async () => {
  const stage = new CacheStage();
  const paths = ["/o", "/location", "/content", "/elsewhere", "/untouched"];
  for (const path of paths) await stage.fill(path, fresh);
  stage.ask("/o", {}, "POST");
  stage.last.answer(200, [
    ["Location", "location"],
    ["Content-Location", "http://edge/content"],
  ]);
  stage.ask("/z", {}, "DELETE");
  stage.last.answer(204, [["Location", "http://other/elsewhere"]]);
  const hits = paths.filter(
    (path) => stage.ask(path, { "Cache-Control": "only-if-cached" }).body === "whole",
  );
  assert.deepEqual(hits, ["/elsewhere", "/untouched"]);
  assert.equal(stage.count("invalidated"), 3);
});

test("a request that failed, or asked only, changes nothing", async () => {
  const stage = new CacheStage();
  await stage.fill("/o", fresh);
  for (const [method, status] of [
    ["POST", 500],
    ["DELETE", 404],
    ["OPTIONS", 200],
  ] as const) {
    stage.ask("/o", {}, method);
    stage.last.answer(status, []);
    assert.equal(stage.ask("/o").body, "whole", method);
  }
});

test("what was under way while it was changed is not kept", async () => {
  const stage = new CacheStage();
  const before = stage.ask("/o");
  const [get] = stage.asked;
  stage.ask("/o", {}, "PUT");
  stage.last.answer(200, []);
  get?.answer(200, fresh, "old");
  await turn();
  assert.equal(before.body, "old");
  stage.ask("/o");
  assert.equal(stage.asked.length, 3);
});

test("all variants of a changed object are forgotten", async () => {
  const stage = new CacheStage();
  for (const value of ["1", "2"])
    await stage.fill("/o", [...fresh, ["Vary", "A"]], { fields: { A: value } });
  stage.ask("/o", {}, "POST");
  stage.last.answer(200, []);
  for (const value of ["1", "2"])
    assert.equal(stage.ask("/o", { A: value, "Cache-Control": "only-if-cached" }).status, 504);
});

test("TRACE is refused everywhere, and all but GET and HEAD on a channel and what feeds it", () => {
  const stage = new CacheStage();
  for (const [method, path] of [
    ["TRACE", "/o"],
    ["POST", "/match/v.m3u8"],
    ["PUT", "/match/v/1.m4s"],
    ["PUT", "/ingest/match/v/1.m4s"],
    ["POST", "/%69ngest/match/v/1.m4s"],
    ["DELETE", "/ingest"],
  ] as const)
    assert.equal(stage.ask(path, {}, method).status, 405, `${method} ${path}`);
  assert.equal(stage.ask("/match/v.m3u8", {}, "OPTIONS").status, 204);
  assert.equal(stage.asked.length, 0);
});

test("a failure before the answer is a sentence, one within it breaks the connection", () => {
  const stage = new CacheStage();
  const early = stage.ask("/o", {}, "POST");
  stage.last.fail();
  assert.equal(early.status, 502);
  const late = stage.ask("/o", {}, "POST");
  stage.last.head(200, [["Content-Length", "9"]]);
  stage.last.data("half");
  stage.last.fail();
  assert.ok(late.broken);
});

test("so many go through at once and no more; who leaves makes room", () => {
  const stage = new CacheStage();
  const visits = Array.from({ length: PASSED_LIMIT + 1 }, () => stage.ask("/o", {}, "POST"));
  assert.equal(visits.at(-1)?.status, 503);
  visits[0]?.leave();
  assert.ok(stage.asked[0]?.aborted);
  assert.equal(stage.ask("/o", {}, "POST").status, 0);
});
