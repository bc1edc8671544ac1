import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheStage, turn, type Visit } from "./cacheStage.ts";

const fresh = [["Cache-Control", "max-age=10"]] as const;

test("an object is fresh for as long as its origin says, and its age grows by the second", async () => {
  const stage = new CacheStage();
  const first = await stage.fill("/o", fresh);
  assert.deepEqual([first.status, first.body, first.get("age")], [200, "whole", undefined]);
  stage.advance(9);
  const hit = stage.ask("/o");
  assert.deepEqual([hit.body, hit.get("age")], ["whole", "9"]);
  assert.equal(hit.get("cache-status"), "e1; hit; ttl=1");
  assert.equal(hit.get("date"), "Sat, 21 Nov 2026 20:00:00 GMT");
  assert.equal(hit.get("via"), "1.1 e1");
  stage.advance(1);
  stage.ask("/o");
  assert.equal(stage.asked.length, 2);
});

test("what an answer took to come is part of its age, but not what the origin held it for", async () => {
  const stage = new CacheStage();
  const slow = stage.ask("/slow");
  stage.advance(4);
  stage.last.answer(200, [["Age", "3"], ...fresh], "whole");
  await turn();
  assert.equal(slow.get("age"), "7");
  const held = stage.ask("/held");
  stage.advance(4);
  stage.last.answer(200, [["Date", "Sat, 21 Nov 2026 20:00:08 GMT"], ...fresh], "whole");
  await turn();
  assert.equal(held.get("age"), undefined);
});

test("a stale object is asked about by its validators, and a 304 makes it fresh for all who wait", async () => {
  const stage = new CacheStage();
  const modified = "Sat, 21 Nov 2026 19:00:00 GMT";
  const validators = [
    ["ETag", '"a"'],
    ["Last-Modified", modified],
  ] as const;
  await stage.fill("/o", [...fresh, ...validators, ["X-Kept", "1"], ["X-New", "1"]]);
  stage.advance(11);
  const visits = [stage.ask("/o"), stage.ask("/o"), stage.ask("/o", { "If-None-Match": '"a"' })];
  assert.equal(stage.asked.length, 2);
  assert.equal(stage.last.fields.get("if-none-match"), '"a"');
  assert.equal(stage.last.fields.get("if-modified-since"), modified);
  stage.last.answer(304, [
    ["ETag", '"a"'],
    ["X-New", "2"],
    ["Content-Encoding", "x"],
    ["Date", "Sat, 21 Nov 2026 20:00:11 GMT"],
  ]);
  await turn();
  assert.deepEqual(
    visits.map(({ status, body }) => [status, body]),
    [
      [200, "whole"],
      [200, "whole"],
      [304, ""],
    ],
  );
  assert.equal(visits[0]?.get("cache-status"), "e1; fwd=stale; fwd-status=304; ttl=10");
  stage.advance(9);
  const hit = stage.ask("/o");
  assert.deepEqual(
    ["x-kept", "x-new", "content-encoding", "age", "via"].map((name) => hit.get(name)),
    ["1", "2", undefined, "9", "1.1 e1"],
  );
  assert.equal(stage.asked.length, 2);
  assert.deepEqual([stage.count("revalidated"), stage.count("expired")], [1, 1]);
});

test("a 304 that speaks of another answer freshens nothing: the object is fetched", async () => {
  const stage = new CacheStage();
  await stage.fill("/o", [...fresh, ["ETag", '"a"']]);
  stage.advance(11);
  const visit = stage.ask("/o");
  stage.last.head(304, [["ETag", '"b"']]);
  assert.equal(stage.asked.length, 3);
  assert.equal(stage.last.fields.get("if-none-match"), undefined);
  stage.last.answer(200, [...fresh, ["ETag", '"b"']], "other");
  await turn();
  assert.equal(visit.body, "other");
});

test("any other answer takes the stale object's place, also when it is not kept", async () => {
  const stage = new CacheStage();
  await stage.fill("/o", [...fresh, ["ETag", '"a"']]);
  stage.advance(11);
  const gone = stage.ask("/o");
  stage.last.answer(404, [["Cache-Control", "no-store"]], "gone");
  await turn();
  assert.equal(gone.status, 404);
  stage.ask("/o");
  assert.equal(stage.last.fields.get("if-none-match"), undefined);
});

test("no-cache is kept, and asked about each time", async () => {
  const stage = new CacheStage();
  await stage.fill("/o", [
    ["Cache-Control", 'no-cache="set-cookie", max-age=60, stale-while-revalidate=60'],
    ["ETag", '"a"'],
  ]);
  for (const asked of [2, 3]) {
    const visit = stage.ask("/o");
    assert.equal(stage.asked.length, asked);
    stage.last.answer(304, [["ETag", '"a"']]);
    await turn();
    assert.equal(visit.body, "whole");
  }
});

test("a stale object answers at once while it is asked about once, as its origin allows", async () => {
  const stage = new CacheStage();
  const lifetime = [["Cache-Control", "max-age=10, stale-while-revalidate=5"]] as const;
  await stage.fill("/o", [...lifetime, ["ETag", '"a"']]);
  stage.advance(12);
  const visits = Array.from({ length: 100 }, () => stage.ask("/o"));
  assert.ok(visits.every(({ body }) => body === "whole"));
  assert.equal(visits[0]?.get("cache-status"), "e1; hit; ttl=-2; detail=revalidating");
  assert.equal(stage.asked.length, 2);
  stage.last.answer(200, [...lifetime, ["ETag", '"b"']], "newer");
  await turn();
  assert.equal(stage.ask("/o").body, "newer");
  assert.deepEqual([stage.count("stale"), stage.count("refreshed")], [100, 1]);
  stage.advance(16);
  const late = stage.ask("/o");
  assert.equal(late.status, 0, "past the window a viewer waits");
});

test("who must revalidate is not given what is stale, whatever else is said", async () => {
  for (const word of ["must-revalidate", "proxy-revalidate"]) {
    const stage = new CacheStage();
    const windows = "stale-while-revalidate=60, stale-if-error=60";
    await stage.fill("/o", [["Cache-Control", `max-age=10, ${windows}, ${word}`]]);
    stage.advance(11);
    const visit = stage.ask("/o");
    assert.equal(visit.status, 0);
    stage.last.fail();
    assert.equal(visit.status, 502);
  }
});

test("a stale object stands in for an error, for those who wait and for a second more", async () => {
  const lifetime = [["Cache-Control", "max-age=10, stale-if-error=60"]] as const;
  const failures: [string, (stage: CacheStage) => void][] = [
    ["a refused connection", (stage) => stage.last.fail()],
    ["a 503", (stage) => stage.last.answer(503, [["Cache-Control", "max-age=60"]], "no")],
  ];
  for (const [what, fails] of failures) {
    const stage = new CacheStage();
    await stage.fill("/o", lifetime);
    stage.advance(12);
    const visits = [stage.ask("/o"), stage.ask("/o")];
    fails(stage);
    assert.deepEqual(
      visits.map(({ status, body }) => [status, body]),
      [
        [200, "whole"],
        [200, "whole"],
      ],
      what,
    );
    assert.equal(visits[0]?.get("cache-status"), "e1; fwd=stale; ttl=-2; detail=stale-if-error");
    assert.equal(stage.ask("/o").body, "whole");
    assert.equal(stage.asked.length, 2, "the upstream is left alone for a second");
    stage.advance(1);
    stage.ask("/o");
    assert.equal(stage.asked.length, 3);
    assert.equal(stage.count("staleOnError"), 3);
  }
});

test("an error that is not stood in for is told, and the stale object is asked about again", async () => {
  const stage = new CacheStage();
  await stage.fill("/o", [...fresh, ["ETag", '"a"']]);
  stage.advance(11);
  const visit = stage.ask("/o");
  stage.last.answer(500, [], "no");
  await turn();
  assert.deepEqual([visit.status, visit.body], [500, "no"]);
  stage.ask("/o");
  assert.equal(stage.last.fields.get("if-none-match"), '"a"');
});

test("an error lives as long as its origin says, and not at all when it says nothing", async () => {
  const stage = new CacheStage();
  await stage.fill("/a", [["Cache-Control", "max-age=2"]], { status: 503 });
  assert.equal(stage.ask("/a").status, 503);
  stage.advance(2);
  stage.ask("/a");
  await stage.fill("/b", [], { status: 503 });
  stage.ask("/b");
  assert.equal(stage.asked.length, 4);
});

test("of a viewer's directives only-if-cached is followed; no other costs the origin a request", async () => {
  const stage = new CacheStage();
  const none = stage.ask("/o", { "Cache-Control": "Only-If-Cached" });
  assert.deepEqual([none.status, stage.asked.length], [504, 0]);
  await stage.fill("/o", fresh, { fields: { "Cache-Control": "no-store" } });
  assert.equal(stage.last.fields.get("cache-control"), undefined);
  for (const wish of ["only-if-cached", "no-cache", "max-age=0", "no-store", "min-fresh=99"])
    assert.equal(stage.ask("/o", { "Cache-Control": wish, Pragma: "no-cache" }).body, "whole");
  stage.advance(11);
  const stale = stage.ask("/o", { "Cache-Control": "only-if-cached, max-stale" });
  assert.deepEqual([stale.status, stage.asked.length], [504, 1]);
});

test("conditions, ranges and HEAD are answered from the stored whole", async () => {
  const stage = new CacheStage();
  const modified = "Sat, 21 Nov 2026 19:00:00 GMT";
  await stage.fill("/o", [...fresh, ["ETag", '"a"'], ["Last-Modified", modified]]);
  const told = (visit: Visit): unknown[] => [visit.status, visit.body];
  assert.deepEqual(told(stage.ask("/o", { "If-Modified-Since": modified })), [304, ""]);
  assert.deepEqual(told(stage.ask("/o", { "If-Match": '"b"' })), [412, ""]);
  assert.deepEqual(told(stage.ask("/o", { Range: "bytes=1-2" })), [206, "ho"]);
  assert.deepEqual(told(stage.ask("/o", { Range: "bytes=1-2", "If-Range": '"b"' })), [
    200,
    "whole",
  ]);
  assert.deepEqual(told(stage.ask("/o", { Range: "bytes=1-2", "If-Range": modified })), [
    206,
    "ho",
  ]);
  // Several ranges would be put together as multipart for whoever asks for very many small ones.
  assert.deepEqual(told(stage.ask("/o", { Range: "bytes=0-0,2-2" })), [200, "whole"]);
  assert.deepEqual(told(stage.ask("/o", {}, "HEAD")), [200, ""]);
  assert.equal(stage.asked.length, 1);
  assert.equal(stage.count("conditionFailed"), 1);
});

test("a range fetches the whole, and a part that comes unasked is passed on and not kept", async () => {
  const stage = new CacheStage();
  const part = stage.ask("/o", { Range: "bytes=1-2", "If-None-Match": '"x"' });
  for (const name of ["range", "if-none-match"])
    assert.equal(stage.last.fields.get(name), undefined);
  stage.last.answer(200, fresh, "whole");
  await turn();
  assert.deepEqual([part.status, part.body], [206, "ho"]);
  const broken = await stage.fill("/p", [...fresh, ["Content-Range", "bytes 0-4/9"]], {
    status: 206,
  });
  assert.equal(broken.status, 206);
  stage.ask("/p");
  assert.equal(stage.asked.length, 3);
});

test("a HEAD fetches the whole for those who come next; what will not be kept is not fetched to its end", async () => {
  const stage = new CacheStage();
  const head = stage.ask("/o", {}, "HEAD");
  assert.equal(stage.last.method, "GET");
  stage.last.answer(200, fresh, "whole");
  await turn();
  assert.deepEqual([head.status, head.body], [200, ""]);
  assert.equal(stage.ask("/o").body, "whole");
  const other = stage.ask("/p", {}, "HEAD");
  stage.last.head(200, [["Content-Length", "5"]]);
  await turn();
  assert.equal(other.status, 200);
  stage.last.data("who");
  assert.ok(stage.last.aborted);
  assert.equal(stage.carrier.transfers, 0);
});

test("a channel's answer says what each server on the way waited for it; anybody's origin has its own say", async () => {
  const stage = new CacheStage();
  const media = stage.ask("/match/v720/7.m4s");
  stage.advance(0.25);
  stage.last.answer(200, [["CMSD-Dynamic", '"shield";rd=12'], ["ETag", '"a"'], ...fresh], "bytes");
  await turn();
  assert.equal(media.get("cmsd-dynamic"), '"shield";rd=12, "e1";rd=250');
  stage.advance(11);
  const again = stage.ask("/match/v720/7.m4s");
  stage.last.answer(304, [["ETag", '"a"'], ...fresh]);
  await turn();
  assert.equal(again.get("cmsd-dynamic"), '"e1";rd=0');
  const other = await stage.fill("/o", fresh);
  assert.equal(other.get("cmsd-dynamic"), undefined);
});
