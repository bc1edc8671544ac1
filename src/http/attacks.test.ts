// What attackers do to hold or to tire a server, and what the other viewers notice of it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { type Ms, ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { Burst, type CloseReason, type HttpLimits, type HttpServer, serve } from "./index.ts";

/** What nine of ten other viewers wait at most, ms. An attack that works costs them seconds, or everything. */
const PATIENCE_MS = 250;
/** What a server may hold for all attackers together, bytes. */
const HELD_BYTES = 160 * 1024 * 1024;

const body = Buffer.alloc(8 * 1024 * 1024);
const large = new Burst({ status: 200, headers: [], length: body.length }, [body], true, false);
const small = new Burst(
  { status: 200, headers: [], length: 2_048 },
  [body.subarray(0, 2_048)],
  true,
  false,
);

/** Paths: /large is 8 MB, more than kernels hold for a peer; /made goes on for ever, made for each; all else 2 KB. */
async function stage(t: TestContext, limits: Partial<HttpLimits>): Promise<HttpServer> {
  const server = await serve(
    {
      port: 0,
      handler: (request, reply) => {
        if (request.path === "/large") return reply.put(large);
        if (request.path !== "/made") return reply.put(small);
        const stream = reply.stream(200, []);
        const timer = systemClock.every(ms(10), () => {
          if (reply.done) timer.cancel();
          else stream.write(new Uint8Array(128 * 1024));
        });
      },
      limits,
    },
    { clock: systemClock, log: silentLog },
  );
  t.after(() => server.close());
  return server;
}

async function dial(t: TestContext, server: HttpServer): Promise<Socket> {
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  t.after(() => socket.destroy());
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

const crowd = (t: TestContext, server: HttpServer, size: number): Promise<Socket[]> =>
  Promise.all(Array.from({ length: size }, () => dial(t, server)));

const memory = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

/** A viewer who asks again and again until `over`; tells how long nine of ten answers took at most, and checks memory. */
async function viewing(t: TestContext, server: HttpServer, over: () => boolean): Promise<number> {
  const before = memory();
  const socket = await dial(t, server);
  const waits: number[] = [];
  while (!over() || waits.length < 20) {
    const from = systemClock.monotonic();
    socket.write("GET /small HTTP/1.1\r\nHost: x\r\n\r\n");
    let got = 0;
    while (got < 2_048) got += ((await once(socket, "data")) as [Buffer])[0].length;
    waits.push(systemClock.monotonic() - from);
    assert.ok(memory() - before < HELD_BYTES, "memory stays bounded");
    await systemClock.sleep(ms(5));
  }
  waits.sort((left, right) => left - right);
  return waits[Math.floor(waits.length * 0.9)] ?? 0;
}

/** Holds when `count` connections have ended for `reason`, or fails after `withinMs`. */
function ended(
  server: HttpServer,
  reason: CloseReason,
  options: { count: number; withinMs: number },
): () => boolean {
  const limit = systemClock.monotonic() + options.withinMs;
  return () => {
    const count = server.counters.closed[reason] ?? 0;
    assert.ok(
      systemClock.monotonic() < limit,
      `only ${count} ended: ${JSON.stringify(server.counters)}`,
    );
    return count >= options.count;
  };
}

function assertUnharmed(waitedMs: number): void {
  assert.ok(waitedMs < PATIENCE_MS, `nine of ten answers took up to ${waitedMs.toFixed(0)} ms`);
}

/** Calls `work` every `every` ms until the test ends. */
function keepAt(t: TestContext, every: Ms, work: () => void): void {
  const timer = systemClock.every(every, work);
  t.after(() => timer.cancel());
}

test("slow-loris: 400 heads that never end hold their sockets for the head's deadline and no longer", async (t) => {
  const server = await stage(t, { headDeadlineMs: 400 });
  const attackers = await crowd(t, server, 400);
  for (const socket of attackers) socket.write("GET / HTTP/1.1\r\nHost: x\r\nA");
  keepAt(t, ms(50), () => {
    for (const socket of attackers) if (socket.writable) socket.write("a");
  });
  const over = ended(server, "answered", { count: 400, withinMs: 20_000 });
  assertUnharmed(await viewing(t, server, over));
  assert.equal(server.counters.refused["slow-head"], 400);
});

test("slow-read: 200 who ask for megabytes and take nothing are cut, and the bytes are held once", async (t) => {
  const server = await stage(t, { writeStallMs: 500 });
  const attackers = await crowd(t, server, 200);
  for (const socket of attackers) {
    socket.pause();
    socket.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const over = ended(server, "write-stalled", { count: 200, withinMs: 20_000 });
  assertUnharmed(await viewing(t, server, over));
});

test("slow-read: who takes a little of it now and then, but less than any viewer needs, is cut too", async (t) => {
  const server = await stage(t, {
    writeStallMs: 60_000,
    sendWindowMs: 500,
    sendBytesPerS: 64 * 1024 * 1024,
  });
  const attackers = await crowd(t, server, 100);
  for (const socket of attackers) {
    socket.pause();
    socket.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  keepAt(t, ms(50), () => {
    for (const socket of attackers) socket.read(2_048);
  });
  const over = ended(server, "too-slow", { count: 100, withinMs: 20_000 });
  assertUnharmed(await viewing(t, server, over));
});

test("slow-read: of an answer made for one alone, no more than the backlog is held", async (t) => {
  const server = await stage(t, { backlogBytes: 128 * 1024 });
  const attackers = await crowd(t, server, 50);
  for (const socket of attackers) {
    socket.pause();
    socket.write("GET /made HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const over = ended(server, "slow-reader", { count: 50, withinMs: 20_000 });
  assertUnharmed(await viewing(t, server, over));
});

test("pipelining: who sends requests by the thousand has the turns of one, and is cut when he takes no answers", async (t) => {
  const server = await stage(t, { writeStallMs: 500, backlogBytes: 1024 * 1024 });
  const attackers = await crowd(t, server, 20);
  const requests = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4_000);
  for (const socket of attackers) {
    socket.pause();
    socket.write(requests);
  }
  const over = ended(server, "write-stalled", { count: 20, withinMs: 20_000 });
  assertUnharmed(await viewing(t, server, over));
});

test("header floods: heads without end, of long lines or of many, are refused at their limit", async (t) => {
  const server = await stage(t, {});
  const attackers = await crowd(t, server, 100);
  for (const [at, socket] of attackers.entries()) {
    socket.resume();
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    const line = at % 2 === 0 ? "A: b\r\n".repeat(20) : "a".repeat(2_000);
    const pour = (): void => {
      if (socket.writable && socket.write(line)) systemClock.after(ms(1), pour);
      else socket.once("drain", pour);
    };
    pour();
  }
  const over = ended(server, "answered", { count: 100, withinMs: 20_000 });
  assertUnharmed(await viewing(t, server, over));
  assert.equal(server.counters.refused["too-many-fields"], 50);
  assert.equal(server.counters.refused["head-too-large"], 50);
});
