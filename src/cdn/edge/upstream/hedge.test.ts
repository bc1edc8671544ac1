import assert from "node:assert/strict";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { HttpClient } from "#http";
import {
  FIRST_PAUSE_MS,
  HEDGE_BURST,
  OPEN_WEIGHT,
  OVERTAKEN_GRACE_MS,
  PROBE_MS,
} from "./limits.ts";
import {
  ask,
  eventually,
  frozen,
  GrowingObject,
  saying,
  scripted,
  SOON_MS,
  status,
  supplyOf,
} from "./supplyStage.ts";

test("an upstream that takes requests and never answers costs the hedge's wait, and is soon passed over", async (t) => {
  const [a, b] = [await scripted(t, frozen), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url]);
  const from = systemClock.monotonic();
  const got = await ask(supply, "/o").over;
  const tookMs = systemClock.monotonic() - from;
  assert.equal(got.body, "b");
  assert.ok(tookMs >= SOON_MS - 2 && tookMs < 2_000, `${tookMs} ms`);
  assert.deepEqual([supply.counters.hedges, supply.counters.hedgesWon], [1, 1]);
  await ask(supply, "/p").over;
  await eventually(() => supply.states[0]?.breaker === "open");
  assert.equal(supply.states[0]?.why, "overtaken");
  const { hedges } = supply.counters;
  await ask(supply, "/q").over;
  assert.equal(supply.counters.hedges, hedges, "the first is not even asked");
  assert.equal(a.asked.length, 2);
  assert.equal(supply.states[0]?.underWay, 0, "the losers were aborted");
});

test("what may be held for long is asked of one upstream, however late it is, and nobody is blamed", async (t) => {
  const held = new GrowingObject();
  const [a, b] = [await scripted(t, frozen), await scripted(t, saying("b"))];
  a.play = (_request, reply) => {
    void systemClock.sleep(ms(4 * SOON_MS)).then(() => held.play(_request, reply));
  };
  const supply = supplyOf(t, [a.url, b.url]);
  const got = ask(supply, "/o", { held: true });
  await eventually(() => got.status === 200);
  held.write("a");
  held.end();
  assert.equal((await got.over).body, "a");
  assert.deepEqual([supply.counters.hedges, b.asked.length], [0, 0]);
  assert.deepEqual([supply.states[0]?.breaker, supply.states[0]?.good], ["closed", 1]);
});

test("all that wait for a hung upstream go over to the next at once when its breaker opens", async (t) => {
  const [a, b] = [await scripted(t, frozen), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url]);
  const from = systemClock.monotonic();
  const many = Array.from({ length: 5 * HEDGE_BURST }, (_, object) => ask(supply, `/${object}`));
  await Promise.all(many.map(({ over }) => over));
  assert.ok(many.every(({ body }) => body === "b"));
  assert.ok(systemClock.monotonic() - from < 4_000);
  const { hedges, hedgesSpared, failovers } = supply.counters;
  // Each request fills the share by a tenth of a hedge.
  assert.ok(hedges <= HEDGE_BURST + many.length / 10, `${hedges} hedges`);
  assert.equal(hedges + hedgesSpared, many.length);
  assert.equal(failovers, hedgesSpared);
  assert.equal(b.asked.length, many.length, "one request for each object");
});

test("a head that comes in time is not asked for twice", async (t) => {
  const clock = manualClock(utcMs(0));
  const object = new GrowingObject();
  const [a, b] = [await scripted(t, object.play), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url], { clock });
  const got = ask(supply, "/o");
  await eventually(() => got.status === 200);
  clock.advance(ms(2 * SOON_MS));
  object.end();
  await got.over;
  assert.deepEqual([b.asked.length, supply.counters.hedges], [0, 0]);
});

test("the first wins although it is late: the hedge is aborted, and nobody is blamed", async (t) => {
  const clock = manualClock(utcMs(0));
  let answer: () => void = () => undefined;
  const a = await scripted(t, (_request, reply) => {
    answer = () => reply.send(200, [], "a");
  });
  const b = await scripted(t, frozen);
  const supply = supplyOf(t, [a.url, b.url], { clock });
  const got = ask(supply, "/o");
  await eventually(() => a.asked.length === 1);
  clock.advance(ms(SOON_MS));
  await eventually(() => b.asked.length === 1);
  answer();
  assert.equal((await got.over).body, "a");
  assert.deepEqual([supply.counters.hedges, supply.counters.hedgesWon], [1, 0]);
  await eventually(() => b.server.counters.connections === 0);
  assert.deepEqual(
    supply.states.map(({ failures }) => Object.values(failures).some((count) => count > 0)),
    [false, false],
  );
});

test("one that answers right after it was overtaken is not blamed", async (t) => {
  const clock = manualClock(utcMs(0));
  let answer: () => void = () => undefined;
  const a = await scripted(t, (_request, reply) => {
    answer = () => reply.send(200, [], "a");
  });
  const b = await scripted(t, (_request, reply) => {
    reply.send(200, [], "b");
    answer();
  });
  const supply = supplyOf(t, [a.url, b.url], { clock });
  const got = ask(supply, "/o");
  await eventually(() => a.asked.length === 1);
  clock.advance(ms(SOON_MS));
  assert.equal((await got.over).body, "b");
  await eventually(() => supply.states[0]?.underWay === 0);
  clock.advance(ms(OVERTAKEN_GRACE_MS));
  assert.equal(supply.states[0]?.failures.overtaken, 0);
});

test("hedges can be switched off", async (t) => {
  const clock = manualClock(utcMs(0));
  const [a, b] = [await scripted(t, frozen), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url], { hedgeAfterMs: null, clock });
  ask(supply, "/o");
  await eventually(() => a.asked.length === 1);
  clock.advance(ms(60_000));
  assert.deepEqual([supply.counters.attempts, supply.counters.hedgesSpared], [1, 0]);
});

test("an upstream that was given up is looked at beside the way, and gets its requests back once it has the object", async (t) => {
  const clock = manualClock(utcMs(0));
  const [a, b] = [await scripted(t, status(503)), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url], { clock });
  for (let object = 0; object < OPEN_WEIGHT; object++) await ask(supply, `/${object}`).over;
  const first = (): unknown => supply.states[0]?.breaker;
  assert.equal(first(), "open");
  const lookAgain = async (path: string): Promise<string> => {
    clock.advance(ms(2 * FIRST_PAUSE_MS));
    const before = supply.states[0]?.probes ?? 0;
    const { body } = await ask(supply, path).over;
    assert.equal(supply.states[0]?.probes, before + 1);
    await eventually(() => first() !== "half-open");
    return body;
  };
  // It fails once more, and is then started anew, and empty: it answers, and does not get its requests back for that.
  assert.equal(await lookAgain("/still-bad"), "b");
  assert.equal(first(), "open");
  a.play = status(404);
  assert.equal(await lookAgain("/not-yet"), "b");
  assert.equal(first(), "open");
  a.play = saying("a");
  assert.equal(await lookAgain("/there"), "b", "the probe is nobody's answer");
  assert.equal(first(), "closed");
  assert.equal((await ask(supply, "/o").over).body, "a");
});

test("a probe that nobody answers is given up, and the pause grows", async (t) => {
  const clock = manualClock(utcMs(0));
  const client = new HttpClient({ clock, log: silentLog });
  t.after(() => client.close());
  const [a, b] = [await scripted(t, status(503)), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url], { clock, client });
  for (let object = 0; object < OPEN_WEIGHT; object++) await ask(supply, `/${object}`).over;
  a.play = frozen;
  clock.advance(ms(FIRST_PAUSE_MS));
  const asked = a.asked.length;
  assert.equal((await ask(supply, "/o").over).body, "b");
  await eventually(() => a.asked.length === asked + 1);
  clock.advance(ms(PROBE_MS));
  assert.deepEqual([supply.states[0]?.breaker, supply.states[0]?.why], ["open", "silent"]);
  clock.advance(ms(FIRST_PAUSE_MS));
  await ask(supply, "/p").over;
  assert.equal(supply.states[0]?.probes, 1, "the pause has doubled");
});
