import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type BodyStream, type HttpServer, serve } from "./index.ts";

const context = { clock: systemClock, log: silentLog };
const GET = "GET /o HTTP/1.1\r\nHost: h\r\n\r\n";

interface Peer {
  socket: Socket;
  got(): string;
  /** Resolves when what came holds `text`. */
  sees(text: string): Promise<void>;
  readonly ended: Promise<unknown>;
}

async function peer(t: TestContext, server: HttpServer): Promise<Peer> {
  const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  t.after(() => socket.destroy());
  let got = "";
  socket.setEncoding("latin1").on("data", (text: string) => (got += text));
  const ended = once(socket, "end");
  await once(socket, "connect");
  return {
    socket,
    got: () => got,
    ended,
    sees: async (text) => {
      while (!got.includes(text)) await once(socket, "data");
    },
  };
}

async function stage(t: TestContext): Promise<{ server: HttpServer; bodies: BodyStream[] }> {
  const bodies: BodyStream[] = [];
  const server = await serve(
    {
      port: 0,
      limits: { drainMs: 10 },
      handler: (request, reply) => {
        if (request.path === "/grows") bodies.push(reply.stream(200, []));
        else reply.send(200, [], "whole");
      },
    },
    context,
  );
  t.after(() => server.close());
  return { server, bodies };
}

test("a server that drains finishes what is under way, and tells who asks once more that it was the last time", async (t) => {
  const { server, bodies } = await stage(t);
  const [growing, kept, fresh] = [
    await peer(t, server),
    await peer(t, server),
    await peer(t, server),
  ];
  growing.socket.write("GET /grows HTTP/1.1\r\nHost: h\r\n\r\n");
  await growing.sees("\r\n\r\n");
  bodies[0]?.write(Buffer.from("first"));
  kept.socket.write(GET);
  await kept.sees("whole");
  const drained = server.drain({ limitMs: 5_000, idleMs: 5_000 });
  await assert.rejects(once(connect(server.port, "127.0.0.1"), "connect"), {
    code: "ECONNREFUSED",
  });
  kept.socket.write(GET);
  fresh.socket.write(GET);
  await Promise.all([kept.ended, fresh.ended]);
  assert.match(kept.got(), /whole.*Connection: close.*whole$/s);
  assert.match(fresh.got(), /Connection: close.*whole$/s);
  bodies[0]?.write(Buffer.from("second"));
  bodies[0]?.end();
  // Its head went out before anybody knew: the connection may be used once more, and is ended by its peer here.
  await growing.sees("0\r\n\r\n");
  for (const { socket } of [growing, kept, fresh]) socket.end();
  await drained;
  assert.match(growing.got(), /first.*second/s);
});

test("who asks nothing more is let go after a while, and who never ends is not waited for", async (t) => {
  const { server } = await stage(t);
  const [idle, held] = [await peer(t, server), await peer(t, server)];
  idle.socket.write(GET);
  held.socket.write("GET /grows HTTP/1.1\r\nHost: h\r\n\r\n");
  await Promise.all([idle.sees("whole"), held.sees("\r\n\r\n")]);
  const start = systemClock.monotonic();
  const drained = server.drain({ limitMs: 300, idleMs: 100 });
  await idle.ended;
  assert.ok(systemClock.monotonic() - start >= 95);
  await drained;
  assert.ok(systemClock.monotonic() - start >= 295);
  assert.equal(server.counters.connections, 1);
});
