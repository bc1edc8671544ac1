import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { type Clock, type ManualClock, manualClock, systemClock } from "#base/clock";
import { ms, utcMs } from "#base";
import type { CueEvent } from "../cues/index.ts";
import type { PageClock } from "./clock.ts";
import { cueSource, eventEdges } from "./cueSource.ts";

interface Asked {
  url: string;
  reply: ServerResponse;
}

/** An edge that the test answers for. */
async function edge(t: TestContext) {
  const asked: Asked[] = [];
  let wake = (): void => undefined;
  const server = createServer((request, reply) => {
    asked.push({ url: request.url ?? "", reply });
    wake();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: async (): Promise<Asked> => {
      while (asked.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return asked.shift() as Asked;
    },
    die: () => server.closeAllConnections(),
  };
}

const pageClock = (clock: Clock): PageClock =>
  ({
    monotonic: () => clock.monotonic(),
    after: (delayMs: number, work: () => void) => {
      const timer = clock.after(ms(delayMs), work);
      return () => timer.cancel();
    },
  }) as PageClock;

const cue = (seq: number): string => `id: ${seq}\nevent: cue\ndata: {"seq":${seq}}\n\n`;

/** A listener on `edges` that says from where it goes on. */
function listen(t: TestContext, edges: readonly string[], clock: Clock = systemClock) {
  const heard: CueEvent[] = [];
  let wake = (): void => undefined;
  let last = 0;
  const options = { channel: "match", edges: () => edges, clock: pageClock(clock) };
  const source = cueSource({ ...options, random: () => 0 });
  const stop = source.listen(
    () => last,
    (event) => {
      heard.push(event);
      last = (JSON.parse(event.text) as { seq: number }).seq;
      wake();
    },
  );
  t.after(stop);
  return {
    source,
    stop,
    event: async (): Promise<CueEvent> => {
      while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return heard.shift() as CueEvent;
    },
  };
}

/** Moves time on until `event` has come. */
async function whileAdvancing<Event>(clock: ManualClock, event: Promise<Event>): Promise<Event> {
  const come = event.then(() => true);
  while (!(await Promise.race([come, systemClock.sleep(ms(10)).then(() => false)])))
    clock.advance(ms(500));
  return event;
}

test("events are asked first of an edge that does not deliver the media", () => {
  const edges = [{ id: "a" }, { id: "b" }, { id: "c" }];
  const order = (delivering: string | null) => eventEdges(edges, delivering).map(({ id }) => id);
  assert.deepEqual(order("a"), ["b", "c", "a"]);
  assert.deepEqual(order(null), ["a", "b", "c"]);
  assert.deepEqual(eventEdges([{ id: "a" }], "a"), [{ id: "a" }]);
});

test("events are told as they come, cut anywhere", async (t) => {
  const one = await edge(t);
  const { event } = listen(t, [`${one.url}/`]);
  const { url, reply } = await one.next();
  assert.equal(url, "/match/cues/live");
  reply.writeHead(200, { "content-type": "text/event-stream" });
  const text = cue(7);
  reply.write(text.slice(0, 9));
  reply.write(text.slice(9) + cue(8));
  assert.deepEqual(await event(), { event: "cue", text: '{"seq":7}' });
  assert.deepEqual(await event(), { event: "cue", text: '{"seq":8}' });
});

test("when the edge dies the next one goes on after the last number", async (t) => {
  const [one, other] = [await edge(t), await edge(t)];
  const { event } = listen(t, [one.url, other.url]);
  (await one.next()).reply.write(cue(7));
  await event();
  one.die();
  const { url, reply } = await other.next();
  assert.equal(url, "/match/cues/live?from=8");
  reply.write(cue(8));
  assert.equal((await event()).text, '{"seq":8}');
});

test("an edge that falls silent is left", async (t) => {
  const clock = manualClock(utcMs(0));
  const [one, other] = [await edge(t), await edge(t)];
  const { event } = listen(t, [one.url, other.url], clock);
  (await one.next()).reply.write(cue(7));
  await event();
  const { url } = await whileAdvancing(clock, other.next());
  assert.ok(clock.monotonic() > 10_000);
  assert.equal(url, "/match/cues/live?from=8");
});

test("an edge that refuses is asked again later and later, and left listens no more", async (t) => {
  const clock = manualClock(utcMs(0));
  const one = await edge(t);
  const { stop } = listen(t, [one.url], clock);
  const waits: number[] = [];
  let asked = await one.next();
  for (let time = 0; time < 4; time += 1) {
    asked.reply.writeHead(503).end();
    const from = clock.monotonic();
    asked = await whileAdvancing(clock, one.next());
    waits.push(clock.monotonic() - from);
  }
  assert.ok((waits[3] ?? 0) > (waits[0] ?? 0), String(waits));
  stop();
});

test("a missing number is asked of two edges before it is given up", async (t) => {
  const [one, other] = [await edge(t), await edge(t)];
  const { source } = listen(t, [one.url, other.url]);
  (await one.next()).reply.write(": well\n\n");
  const answer = source.ask(5);
  const first = await one.next();
  assert.equal(first.url, "/match/cues/5.json");
  first.reply.writeHead(410).end();
  (await other.next()).reply.end("the cue");
  assert.equal(await answer, "the cue");
  const none = assert.rejects(source.ask(6));
  (await one.next()).reply.writeHead(404).end();
  (await other.next()).reply.writeHead(404).end();
  await none;
});
