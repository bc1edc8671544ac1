import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheStage, turn, type Visit } from "./cacheStage.ts";
import { FETCHES_PER_OBJECT, QUEUED_MS, QUEUED_PER_OBJECT, UNSHARED_MS } from "./limits.ts";

const fresh = [["Cache-Control", "max-age=10"]] as const;
const statuses = (visits: readonly Visit[]): number[] => visits.map(({ status }) => status);

test("variants are kept apart, and each is fetched once for all who select it", async () => {
  const stage = new CacheStage();
  const byLanguage = [...fresh, ["Vary", "Accept-Language"]] as const;
  const italian = stage.ask("/o", { "Accept-Language": "it, en;q=0.5" });
  const same = stage.ask("/o", { "Accept-Language": "EN;q=0.5,IT" });
  const others = [1, 2, 3].map(() => stage.ask("/o", { "Accept-Language": "de" }));
  assert.equal(stage.asked.length, 1);
  stage.last.answer(200, byLanguage, "ciao");
  await turn();
  assert.deepEqual([italian.body, same.body], ["ciao", "ciao"]);
  assert.equal(stage.asked.length, 2, "those of another variant wait together for theirs");
  assert.equal(stage.last.fields.get("accept-language"), "de");
  stage.last.answer(200, byLanguage, "hallo");
  await turn();
  assert.ok(others.every(({ body }) => body === "hallo"));
  assert.equal(stage.ask("/o", { "Accept-Language": "it,en; q=0.5" }).body, "ciao");
  assert.equal(stage.ask("/o", { "Accept-Language": "de" }).body, "hallo");
  stage.ask("/o");
  assert.equal(stage.asked.length, 3, "a field that is absent is not one that is empty");
});

test("a variant that grows is joined by those who select it, and by nobody else", async () => {
  const stage = new CacheStage();
  const first = stage.ask("/o", { A: "1" });
  stage.last.head(200, [...fresh, ["Vary", "A"], ["Transfer-Encoding", "chunked"]]);
  stage.last.data("one");
  const same = stage.ask("/o", { A: "1" });
  stage.ask("/o", { A: "2" });
  assert.equal(stage.asked.length, 2);
  await turn();
  assert.deepEqual([first.body, same.body], ["one", "one"]);
});

test("what varies with everything, or with very many fields, is for the one who asked", async () => {
  for (const vary of ["*", "a, *", "a,b,c,d,e,f,g,h,i"]) {
    const stage = new CacheStage();
    const visits = [stage.ask("/o"), stage.ask("/o")];
    stage.last.answer(200, [...fresh, ["Vary", vary]], "mine");
    await turn();
    assert.deepEqual(statuses(visits), [200, 0], vary);
    assert.equal(stage.asked.length, 2);
    assert.equal(stage.count("stored"), 0);
  }
});

test("a channel's objects do not vary: nothing of a viewer goes upstream", async () => {
  const stage = new CacheStage();
  const fields = { "Accept-Encoding": "gzip", Cookie: "a=b", Authorization: "x", "X-Own": "1" };
  const viewers = [stage.ask("/match/v/1.0.m4s", fields), stage.ask("/match/v/1.0.m4s")];
  assert.deepEqual(stage.last.fields.entries(), [["Via", "1.1 e1"]]);
  stage.last.answer(200, [...fresh, ["Vary", "Accept-Encoding"]], "part");
  await turn();
  assert.deepEqual(statuses(viewers), [200, 200]);
  assert.equal(stage.ask("/match/v/1.0.m4s", { "Accept-Encoding": "br" }).body, "part");
  assert.equal(stage.asked.length, 1);
});

test("a private answer is for the one who asked; for some seconds the others do not wait for one another", async () => {
  const stage = new CacheStage();
  const visits = [1, 2, 3].map(() => stage.ask("/o"));
  stage.last.answer(200, [["Cache-Control", "private, max-age=60"]], "0");
  await turn();
  assert.equal(stage.asked.length, 3, "the others are fetched side by side");
  stage.asked[2]?.answer(200, [["Cache-Control", "private"]], "2");
  stage.asked[1]?.answer(200, [["Cache-Control", "private"]], "1");
  await turn();
  assert.deepEqual(
    visits.map(({ body }) => body),
    ["0", "1", "2"],
  );
  assert.equal(visits[1]?.get("cache-status"), "e1; fwd=bypass; fwd-status=200; detail=private");
  const asked = { Range: "bytes=0-1", "If-None-Match": '"a"' };
  stage.ask("/o", asked);
  assert.equal(stage.last.fields.get("if-none-match"), '"a"', "its own condition goes along");
  stage.last.answer(304, [["ETag", '"a"']]);
  stage.advance(UNSHARED_MS / 1_000);
  stage.ask("/o");
  stage.ask("/o");
  assert.equal(stage.asked.length, 5, "then they are collapsed once more");
});

test("a private object's head alone is fetched for who wants no more", async () => {
  const stage = new CacheStage();
  await stage.fill("/o", [["Cache-Control", "private"]]);
  const head = stage.ask("/o", {}, "HEAD");
  assert.equal(stage.last.method, "HEAD");
  stage.last.head(200, [
    ["Content-Length", "5"],
    ["Cache-Control", "max-age=60"],
  ]);
  stage.last.end();
  await turn();
  assert.equal(head.status, 200);
  assert.equal(stage.count("stored"), 0);
});

test("no-store is shared by nobody where viewers' own fields go upstream", async () => {
  const stage = new CacheStage();
  const visits = [stage.ask("/o"), stage.ask("/o")];
  stage.last.answer(200, [["Cache-Control", "no-store"]], "mine");
  await turn();
  assert.deepEqual(statuses(visits), [200, 0]);
});

test("who shows cookies or a password waits for nobody, and is shared only when the origin says so", async () => {
  for (const [name, open] of [
    ["Cookie", ["public, max-age=10", "s-maxage=10"]],
    ["Authorization", ["public, max-age=10", "s-maxage=10", "must-revalidate, max-age=10"]],
  ] as const) {
    const stage = new CacheStage();
    const mine = { [name]: "x" };
    stage.ask("/o");
    stage.ask("/o", mine);
    assert.equal(stage.asked.length, 2, "it does not wait for another's answer");
    await stage.fill("/p", fresh, { fields: mine });
    stage.ask("/p");
    assert.equal(stage.asked.length, 4, "nor does another get its own");
    for (const [at, directives] of open.entries()) {
      await stage.fill(`/${at}`, [["Cache-Control", directives]], { fields: mine });
      const before: number = stage.asked.length;
      assert.equal(stage.ask(`/${at}`).body, "whole", directives);
      assert.equal(stage.ask(`/${at}`, mine).body, "whole");
      assert.equal(stage.asked.length, before);
    }
  }
});

test("what one viewer's cookie brings leaves the others' object alone", async () => {
  const stage = new CacheStage();
  await stage.fill("/o", [...fresh, ["ETag", '"a"']]);
  stage.advance(11);
  await stage.fill("/o", [["Cache-Control", "private"]], { fields: { Cookie: "x" }, body: "mine" });
  stage.ask("/o");
  assert.equal(stage.last.fields.get("if-none-match"), '"a"');
  stage.last.answer(304, [["ETag", '"a"']]);
  assert.equal(stage.ask("/o").body, "whole");
});

test("an answer that sets a cookie is shared only when the origin says so", async () => {
  const cookie = ["Set-Cookie", "id=1"] as const;
  const stage = new CacheStage();
  const visits = [stage.ask("/o"), stage.ask("/o")];
  stage.last.answer(200, [...fresh, cookie], "mine");
  await turn();
  assert.deepEqual(statuses(visits), [200, 0]);
  await stage.fill("/p", [["Cache-Control", "public, max-age=10"], cookie]);
  assert.equal(stage.ask("/p").get("set-cookie"), "id=1");
});

test("one object is fetched so often at once and no more; others wait their turn, and too many are refused", async () => {
  const stage = new CacheStage();
  const visits: Visit[] = [];
  const mine = { Cookie: "x" };
  const room = FETCHES_PER_OBJECT + QUEUED_PER_OBJECT;
  for (let at = 0; at < room + 10; at++) visits.push(stage.ask("/o", mine));
  assert.equal(stage.asked.length, FETCHES_PER_OBJECT);
  assert.ok(visits.slice(room).every(({ status }) => status === 503));
  assert.match(visits.at(-1)?.body ?? "", /edge\/crowded/);
  assert.equal(stage.carrier.waiters, room);
  stage.ask("/another");
  assert.equal(stage.asked.length, FETCHES_PER_OBJECT + 1, "another object has its own budget");

  visits[FETCHES_PER_OBJECT]?.leave();
  stage.asked[0]?.answer(200, [["Cache-Control", "private"]], "mine");
  await turn();
  assert.equal(stage.asked.length, FETCHES_PER_OBJECT + 2, "the next who is still there is let in");

  stage.asked[1]?.answer(200, [["Cache-Control", "public, max-age=10"]], "everybody's");
  await turn();
  const whole = visits.filter(({ body }) => body === "everybody's");
  assert.equal(whole.length, QUEUED_PER_OBJECT - 1, "what ended is what they waited for");
  stage.carrier.close();
  assert.equal(stage.carrier.transfers, 0);
});

test("who waited too long for a turn is told so", async () => {
  const stage = new CacheStage();
  const visits = Array.from({ length: FETCHES_PER_OBJECT + 1 }, () =>
    stage.ask("/o", { Cookie: "x" }),
  );
  stage.advance(QUEUED_MS / 1_000 + 1);
  stage.asked[0]?.answer(200, [["Cache-Control", "private"]], "mine");
  await turn();
  assert.equal(visits.at(-1)?.status, 503);
});

test("when an edge closes, who waits for a turn is told as well", () => {
  const stage = new CacheStage();
  const visits = Array.from({ length: FETCHES_PER_OBJECT + 1 }, () =>
    stage.ask("/o", { Cookie: "x" }),
  );
  stage.carrier.close();
  assert.ok(visits.every(({ status }) => status === 502));
});

test("what nobody waits for any more, and will not be kept, is given up", async () => {
  const stage = new CacheStage();
  const visit = stage.ask("/o");
  stage.last.head(200, [["Transfer-Encoding", "chunked"]]);
  await turn();
  visit.leave();
  assert.ok(stage.last.aborted);
  assert.equal(stage.carrier.transfers, 0);
});
