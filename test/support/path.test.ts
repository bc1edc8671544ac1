import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import type { Impairment } from "./impairedLink.ts";
import { openPath, type Path } from "./path.ts";

/** Sends what it gets back, and tells from where clients came. */
async function echo(t: TestContext): Promise<{ port: number; from: string[] }> {
  const from: string[] = [];
  const server = createServer((socket) => {
    from.push(socket.remoteAddress ?? "");
    socket.on("error", () => undefined).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, from };
}

async function pathOf(t: TestContext, impairment: Impairment): Promise<Path> {
  const path = await openPath({ address: "127.0.77.1", impairment, seed: 1 }, systemClock);
  t.after(() => path.close());
  return path;
}

/** A connection through the path, as a browser makes it: a host by its name. */
async function through(
  path: Path,
  host: string,
  port: number,
): Promise<{ socket: Socket; granted: boolean }> {
  const { hostname, port: door } = new URL(path.proxy.replace("socks5", "http"));
  const socket = connect({ host: hostname, port: Number(door) });
  socket.on("error", () => undefined).write(Buffer.from([5, 1, 0]));
  await once(socket, "data");
  const name = Buffer.from(host);
  socket.write(Buffer.from([5, 1, 0, 3, name.length, ...name, port >> 8, port & 255]));
  const [answer] = (await once(socket, "data")) as [Buffer];
  return { socket, granted: answer[1] === 0 };
}

test("bytes come back whole and in order over a line that loses segments, falls silent and jitters", async (t) => {
  const { port, from } = await echo(t);
  const path = await pathOf(t, {
    upMs: 2,
    downMs: 10,
    jitterMs: 20,
    loss: { everyMs: 100, leastMs: 30, mostMs: 60 },
    silence: { everyMs: 300, leastMs: 20, mostMs: 40 },
  });
  const { socket } = await through(path, "127.0.0.1", port);
  const sent = Buffer.from(
    Uint32Array.from({ length: 50_000 }, (_, at) => at * 2_654_435_761).buffer,
  );
  const got: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => got.push(bytes));
  for (let at = 0; at < sent.length; at += 10_000) {
    socket.write(sent.subarray(at, at + 10_000));
    await systemClock.sleep(15 as never);
  }
  socket.end();
  await once(socket, "end");
  assert.ok(Buffer.concat(got).equals(sent));
  assert.ok(path.link.happened.length > 0);
  assert.deepEqual(from, ["127.0.77.1"]);
  assert.equal(path.counters.downBytes, sent.length);
});

test("a round trip takes at least the delay of both ways", async (t) => {
  const { port } = await echo(t);
  const path = await pathOf(t, { upMs: 5, downMs: 45 });
  const { socket } = await through(path, "127.0.0.1", port);
  socket.write("set-up");
  await once(socket, "data");
  const start = systemClock.monotonic();
  socket.write("x");
  await once(socket, "data");
  assert.ok(systemClock.monotonic() - start >= 50);
  socket.destroy();
});

test("a path leads to this machine's loopback alone, and closes twice", async (t) => {
  const path = await pathOf(t, { upMs: 0, downMs: 0 });
  assert.equal((await through(path, "192.0.2.1", 80)).granted, false);
  assert.equal((await through(path, "example.org", 80)).granted, false);
  await Promise.all([path.close(), path.close()]);
});
