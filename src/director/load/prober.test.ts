import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { chanceOf, ms, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Handler, HttpClient, serve } from "#http";
import { edgeOf } from "../decide/decideFixture.ts";
import { httpProbe } from "./askEdge.ts";
import { PROBE_PERIOD_MS, PROBE_TIMEOUT_MS, PROBES_AT_ONCE } from "./limits.ts";
import { type AskEdge, Prober } from "./prober.ts";
import type { Probe } from "./probeRecord.ts";

const good: Probe = { ok: true, firstByteMs: 1, mbps: null };
const settle = (): Promise<void> => systemClock.sleep(ms(0));

function stage(count: number, ask: AskEdge) {
  const clock = manualClock(utcMs(0));
  const edges = Array.from({ length: count }, (_, n) => edgeOf(`e${n}`));
  const heard = new Map<string, Probe[]>();
  const prober = new Prober({
    edges,
    ask,
    found: ({ id }, probe) => heard.set(id, [...(heard.get(id) ?? []), probe]),
    clock,
    chance: chanceOf(3),
  });
  const pass = async (forMs: number): Promise<void> => {
    for (let at = 0; at < forMs; at += 50) {
      clock.advance(ms(50));
      await settle();
    }
  };
  return { prober, heard, pass };
}

test("a thousand edges are each probed once a second, spread over the second", async (t) => {
  let mostAtOnce = 0;
  let inThisTick = 0;
  const { prober, heard, pass } = stage(1_000, async () => {
    mostAtOnce = Math.max(mostAtOnce, ++inThisTick);
    queueMicrotask(() => void (inThisTick -= 1));
    return good;
  });
  t.after(() => prober.close());
  await pass(5 * PROBE_PERIOD_MS);
  assert.equal(heard.size, 1_000);
  const counts = [...heard.values()].map(({ length }) => length);
  assert.ok(Math.min(...counts) >= 4 && Math.max(...counts) <= 6, `${Math.min(...counts)}`);
  assert.ok(mostAtOnce <= PROBES_AT_ONCE, `${mostAtOnce}`);
});

test("edges that hang hold no more than their places, and what fails is told with its reason", async (t) => {
  const { prober, heard, pass } = stage(PROBES_AT_ONCE + 10, ({ id }) =>
    id === "e0" ? Promise.reject(new Error("no route")) : new Promise<Probe>(() => undefined),
  );
  t.after(() => prober.close());
  await pass(5_000);
  assert.ok(heard.get("e0")?.every((probe) => !probe.ok && probe.why === "no route"));
  assert.ok(prober.counters.probes <= PROBES_AT_ONCE + 6, `${prober.counters.probes}`);
  assert.ok(prober.counters.probesDeferred > 0);
});

test("what a prober measures that was late itself is void", async (t) => {
  const clock = manualClock(utcMs(0));
  let now = 0;
  const stalling = { ...clock, monotonic: () => clock.monotonic() + now } as typeof clock;
  const found: Probe[] = [];
  const prober = new Prober({
    ...{ edges: [edgeOf("e")], ask: async () => good, clock: stalling, chance: chanceOf(1) },
    found: (_, probe) => void found.push(probe),
  });
  t.after(() => prober.close());
  for (let tick = 0; tick < 40; tick++) {
    clock.advance(ms(50));
    await settle();
  }
  const before = found.length;
  assert.ok(before >= 1);
  now += 2_000;
  clock.advance(ms(50));
  await settle();
  assert.equal(found.length, before);
  assert.equal(prober.counters.probesVoid, 1);
});

async function edgeAt(t: TestContext, handler: Handler) {
  const context = { clock: systemClock, log: silentLog };
  const server = await serve({ host: "127.0.0.1", port: 0, handler }, context);
  t.after(() => server.close());
  const timeout = { headTimeoutMs: PROBE_TIMEOUT_MS, idleTimeoutMs: PROBE_TIMEOUT_MS };
  const client = new HttpClient(context, timeout);
  t.after(() => client.close());
  const ask = httpProbe({ client, clock: systemClock, channel: "match" });
  return { ask, edge: { ...edgeOf("e"), url: server.url } };
}

test("an edge of ours is asked for its clock, and any answer below 500 proves it", async (t) => {
  const asked: string[] = [];
  const { ask, edge } = await edgeAt(t, (request, reply) => {
    asked.push(request.path);
    reply.send(asked.length === 1 ? 404 : 503, []);
  });
  const first = await ask(edge, false);
  assert.ok(first.ok && first.firstByteMs >= 0);
  assert.deepEqual(await ask(edge, false), { ok: false, why: "it answered 503" });
  assert.deepEqual(asked, ["/time", "/time"]);
});

test("of a foreign edge the channel's playlist is read, and the newest segment's speed when that is asked", async (t) => {
  const asked: string[] = [];
  const body = Buffer.alloc(2_000_000);
  const { ask, edge } = await edgeAt(t, (request, reply) => {
    asked.push(request.path);
    if (request.path === "/match/main.m3u8")
      return reply.send(200, [], "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv/low.m3u8\n");
    if (request.path === "/match/v/low.m3u8")
      return reply.send(
        200,
        [],
        "#EXTM3U\n#EXTINF:2,\n1.m4s\n#EXTINF:2,\n2.m4s\n#EXT-X-PART:URI\n",
      );
    return reply.send(200, [], body);
  });
  const foreign = { ...edge, foreign: true };
  const plain = await ask(foreign, false);
  assert.ok(plain.ok && plain.mbps === null);
  const large = await ask(foreign, true);
  assert.ok(large.ok && (large.mbps ?? 0) > 1, JSON.stringify(large));
  assert.deepEqual(asked.slice(1), ["/match/main.m3u8", "/match/v/low.m3u8", "/match/v/2.m4s"]);
});

test("a foreign edge without the channel fails its probe, and one that is gone is told as that", async (t) => {
  const { ask, edge } = await edgeAt(t, (_request, reply) => reply.send(404, []));
  assert.deepEqual(await ask({ ...edge, foreign: true }, true), {
    ok: false,
    why: "it answered 404",
  });
  await assert.rejects(ask({ ...edge, url: "http://127.0.0.1:9" }, false));
});
