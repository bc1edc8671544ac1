import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { test } from "node:test";
import { EXTRA_FETCHES_PER_OBJECT, OPEN_WEIGHT } from "./limits.ts";
import {
  ask,
  eventually,
  frozen,
  nowhere,
  saying,
  scripted,
  status,
  supplyOf,
} from "./supplyStage.ts";

test("the best upstream is asked, and only it", async (t) => {
  const [a, b] = [await scripted(t, saying("a")), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url]);
  const got = await ask(supply, "/o?x=1", { headers: [["Via", "1.1 e1"]] }).over;
  assert.deepEqual([got.status, got.body, b.asked.length], [200, "a", 0]);
  assert.equal(a.asked[0]?.target, "/o?x=1");
  assert.equal(a.asked[0]?.headers.get("via"), "1.1 e1");
  assert.deepEqual([supply.counters.attempts, supply.counters.failovers], [1, 0]);
});

test("an upstream that cannot be reached, breaks before its head, or answers 502, 503, 504 or 508: the next one answers", async (t) => {
  const resetting = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  resetting.listen(0, "127.0.0.1");
  await once(resetting, "listening");
  t.after(() => resetting.close());
  const reset = `http://127.0.0.1:${(resetting.address() as { port: number }).port}`;
  const b = await scripted(t, saying("b"));
  const bad = [await nowhere(t), reset];
  for (const code of [502, 503, 504, 508]) bad.push((await scripted(t, status(code))).url);
  for (const url of bad) {
    const supply = supplyOf(t, [url, b.url]);
    const got = await ask(supply, "/o").over;
    assert.deepEqual([got.status, got.body], [200, "b"], url);
    assert.deepEqual([supply.counters.failovers, supply.counters.failed], [1, 0]);
  }
});

test("what an origin says of one request is passed on, and says nothing against it", async (t) => {
  for (const code of [404, 403, 500, 304, 206]) {
    const [a, b] = [await scripted(t, status(code, "")), await scripted(t, saying("b"))];
    const supply = supplyOf(t, [a.url, b.url]);
    for (let times = 0; times < OPEN_WEIGHT; times++)
      assert.equal((await ask(supply, "/o").over).status, code);
    assert.equal(b.asked.length, 0);
    assert.equal(supply.states[0]?.breaker, "closed");
  }
});

test("when all refuse, the best one's refusal is told whole", async (t) => {
  const a = await scripted(t, status(503, "the encoder is silent"));
  const b = await scripted(t, status(502, "b"));
  const got = await ask(supplyOf(t, [a.url, b.url]), "/o").over;
  assert.deepEqual([got.status, got.body, got.error], [503, "the encoder is silent", null]);
});

test("a refusal too large to be held does not stand in the way of the next upstream's answer", async (t) => {
  const a = await scripted(t, status(503, "x".repeat(200_000)));
  const b = await scripted(t, saying("b"));
  assert.equal((await ask(supplyOf(t, [a.url, b.url]), "/o").over).body, "b");
});

test("when none can be reached, the sink is told why, and not inside the call", async (t) => {
  const supply = supplyOf(t, [await nowhere(t), await nowhere(t)]);
  const asked = ask(supply, "/o");
  assert.deepEqual([asked.error, asked.status], [null, 0]);
  const { error } = await asked.over;
  assert.equal(error?.code, "http/unreachable");
  assert.deepEqual([supply.counters.attempts, supply.counters.failed], [2, 1]);
});

test("an open breaker costs nothing: the next upstream is asked at once", async (t) => {
  const dead = await nowhere(t);
  const b = await scripted(t, saying("b"));
  const supply = supplyOf(t, [dead, b.url]);
  for (let object = 0; object < OPEN_WEIGHT; object++) await ask(supply, `/${object}`).over;
  const { attempts } = supply.counters;
  assert.equal(supply.states[0]?.breaker, "open");
  assert.equal(supply.states[0]?.why, "unreachable");
  assert.match(supply.states[0]?.lastError?.error ?? "", /cannot be reached/);
  for (let object = 0; object < 5; object++) await ask(supply, `/more/${object}`).over;
  assert.equal(supply.counters.attempts, attempts + 5);
  assert.equal(supply.counters.refusedByBreaker, 5 + OPEN_WEIGHT - 2);
});

test("when all breakers are open the least bad is asked anyway, and found well again", async (t) => {
  const a = await scripted(t, saying("a"));
  const supply = supplyOf(t, [a.url, await nowhere(t)]);
  await ask(supply, "/good").over;
  a.play = status(503);
  for (let object = 0; object < OPEN_WEIGHT; object++) await ask(supply, `/${object}`).over;
  assert.deepEqual(
    supply.states.map(({ breaker }) => breaker),
    ["open", "open"],
  );
  a.play = saying("a again");
  const got = await ask(supply, "/o").over;
  assert.deepEqual([got.status, got.body], [200, "a again"]);
  assert.ok(supply.counters.leastBad > 0);
  assert.equal(supply.states[0]?.breaker, "closed");
});

test("a storm of 503 is answered with a bounded number of requests for each object", async (t) => {
  const all = await Promise.all([503, 503, 503].map((code) => scripted(t, status(code))));
  const supply = supplyOf(
    t,
    all.map(({ url }) => url),
  );
  const askers = 200;
  const got = await Promise.all(Array.from({ length: askers }, () => ask(supply, "/private").over));
  assert.ok(got.every((one) => one.status === 503));
  const asked = all.reduce((sum, { asked: requests }) => sum + requests.length, 0);
  assert.ok(asked <= askers + EXTRA_FETCHES_PER_OBJECT, `${asked} requests`);
  assert.ok(supply.counters.budgetSpent > 0);
});

test("an aborted fetch tells nothing more, and ends its request", async (t) => {
  const a = await scripted(t, frozen);
  const supply = supplyOf(t, [a.url]);
  const got = ask(supply, "/o");
  await eventually(() => a.asked.length === 1);
  got.pending?.abort();
  await eventually(() => a.server.counters.connections === 0);
  assert.deepEqual([got.status, got.error], [0, null]);
  assert.equal(supply.states[0]?.underWay, 0);
});

test("a supply that closes gives up what is under way, and takes nothing new", async (t) => {
  const a = await scripted(t, frozen);
  const supply = supplyOf(t, [a.url]);
  const before = ask(supply, "/o");
  await eventually(() => a.asked.length === 1);
  await supply.close();
  await supply.close();
  for (const got of [before, ask(supply, "/p")])
    assert.equal((await got.over).error?.code, "edge/upstream-down");
});
