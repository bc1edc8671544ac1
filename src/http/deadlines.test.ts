import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { ms, utcMs } from "#base";
import { type ManualClock, manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Handler, type HttpServer, serve } from "./index.ts";

const answer: Handler = async (request, reply) => {
  for await (const bytes of request.body) assert.ok(bytes.length > 0);
  reply.send(200, [], "ok");
};

async function stage(
  t: TestContext,
  handler = answer,
): Promise<{ clock: ManualClock; server: HttpServer }> {
  const clock = manualClock(utcMs(0));
  const server = await serve({ port: 0, handler }, { clock, log: silentLog });
  t.after(async () => {
    const closing = server.close();
    clock.advance(ms(10_000));
    await closing;
  });
  return { clock, server };
}

/** A connection that the server has, with all that came from it. */
async function dial(
  server: HttpServer,
  message: string,
): Promise<{ socket: Socket; text: () => string }> {
  const before = server.counters.connections;
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString()));
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.write(message, () => resolve()));
  while (server.counters.connections === before) await systemClock.sleep(ms(1));
  // What was written is read in the same turn as it is acknowledged, or the next: a round trip on another connection tells.
  const probe = connect(server.port, "127.0.0.1");
  probe.end("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  probe.resume();
  await once(probe, "close");
  return { socket, text: () => text };
}

test("a head that does not come whole in time is answered 408", async (t) => {
  const { clock, server } = await stage(t);
  const { socket, text } = await dial(server, "GET / HTTP/1.1\r\nHo");
  clock.advance(ms(4_500));
  assert.equal(server.counters.connections, 1);
  clock.advance(ms(1_000));
  await once(socket, "end");
  assert.match(text(), /^HTTP\/1\.1 408 [\s\S]*http\/slow-head/);
});

test("a connection without a request is closed in time, and a kept one later", async (t) => {
  const { clock, server } = await stage(t);
  const silent = connect(server.port, "127.0.0.1");
  silent.resume();
  await once(silent, "connect");
  const kept = await dial(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  while (server.counters.connections < 2) await systemClock.sleep(ms(1));
  clock.advance(ms(5_500));
  await once(silent, "close");
  assert.equal(server.counters.connections, 1);
  clock.advance(ms(60_000));
  await once(kept.socket, "close");
  assert.equal(server.counters.closed["idle"], 2);
});

test("a body that stops coming is answered 408", async (t) => {
  const { clock, server } = await stage(t);
  const { socket, text } = await dial(
    server,
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
  );
  clock.advance(ms(10_500));
  await once(socket, "end");
  assert.match(text(), /^HTTP\/1\.1 408 [\s\S]*http\/slow-body/);
  assert.equal(server.counters.refused["slow-body"], 1);
});

test("a reader that takes nothing of a whole answer is cut after a while", async (t) => {
  const { clock, server } = await stage(t, (_request, reply) =>
    reply.send(200, [], new Uint8Array(64 * 1024 * 1024)),
  );
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  while (server.counters.requests === 0) await systemClock.sleep(ms(1));
  clock.advance(ms(250));
  // The kernel may take a little more before it is full.
  for (
    let round = 0;
    round < 20 && server.counters.closed["write-stalled"] === undefined;
    round++
  ) {
    await systemClock.sleep(ms(20));
    clock.advance(ms(15_500));
  }
  assert.equal(server.counters.closed["write-stalled"], 1);
  socket.destroy();
});
