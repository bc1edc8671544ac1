import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { DelayLine } from "./delayLine.ts";
import { Link, type Relay, type RelayOptions, startRelay } from "./index.ts";

const context = { clock: systemClock, log: silentLog };

/** A target that plays what it is told on each connection; its port. */
async function target(t: TestContext, play: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    play(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

async function relay(
  t: TestContext,
  port: number,
  links: RelayOptions["links"],
  bindFrom?: RelayOptions["bindFrom"],
): Promise<Relay> {
  const made = await startRelay(
    {
      listen: { host: "127.0.0.1", port: 0 },
      target: { host: "127.0.0.1", port },
      links,
      ...(bindFrom ? { bindFrom } : {}),
    },
    context,
  );
  t.after(() => made.close());
  return made;
}

function dial(t: TestContext, port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  t.after(() => socket.destroy());
  return socket;
}

/** Takes `count` bytes off a socket. */
async function take(socket: Socket, count: number): Promise<void> {
  let size = 0;
  while (size < count) size += ((await once(socket, "data")) as [Buffer])[0].length;
}

const echo = (socket: Socket): void => void socket.pipe(socket);

test("bytes come out unchanged, both ways, over any links", async (t) => {
  const port = await target(t, echo);
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at & 0xff));
  for (const links of [
    [],
    [{ delayMs: 2, mbps: null }],
    [
      { delayMs: 1, mbps: 800 },
      { delayMs: 1, mbps: 400 },
    ],
  ]) {
    const through = await relay(t, port, links);
    const socket = dial(t, through.port);
    const parts: Buffer[] = [];
    socket.on("data", (bytes) => parts.push(bytes));
    socket.end(sent);
    await once(socket, "end");
    assert.ok(Buffer.concat(parts).equals(sent));
    assert.equal(through.counters.downBytes, sent.length);
    assert.equal(through.counters.upBytes, sent.length);
  }
});

test("the first round trip costs two, for the set-up, and the next ones one", async (t) => {
  const port = await target(t, echo);
  const socket = dial(t, (await relay(t, port, [{ delayMs: 20, mbps: null }])).port);
  await once(socket, "connect");
  const took: number[] = [];
  for (let round = 0; round < 5; round++) {
    const from = systemClock.monotonic();
    socket.write("x");
    await take(socket, 1);
    took.push(systemClock.monotonic() - from);
  }
  const [first, ...others] = took as [number, ...number[]];
  assert.ok(first >= 79, `first ${first}`);
  // The least of several: a busy machine adds to one or the other.
  const least = Math.min(...others);
  assert.ok(least >= 40 && least < 79, `then ${least}`);
});

test("a burst of 150 KB takes as long as the rate says", () => {
  for (const [mbps, expected] of [
    [1_000, 1.2],
    [10, 120],
  ] as const) {
    const clock = manualClock(utcMs(0));
    const link = new Link({ delayMs: 5, mbps });
    let got = 0;
    const line = new DelayLine({ links: [link], way: "down", notBefore: 0 }, clock, {
      bytes: (pieces) => {
        for (const piece of pieces) got += piece.length;
      },
      end: () => undefined,
      reset: () => undefined,
    });
    line.push(new Uint8Array(150_000));
    clock.advance(ms(5 + expected - 0.01));
    assert.ok(got < 150_000, `${mbps} Mb/s: too early`);
    assert.ok(got > 0 || mbps === 1_000, `${mbps} Mb/s: in one lump`);
    clock.advance(ms(0.02));
    assert.equal(got, 150_000, `${mbps} Mb/s: too late`);
  }
});

test("two relays over one link share its rate", () => {
  const link = new Link({ delayMs: 0, mbps: 8 });
  assert.equal(link.carry("down", 0, 1_000), 1);
  assert.equal(link.carry("down", 0, 1_000), 2);
  assert.equal(link.carry("up", 0, 1_000), 1);
});

test("links in series add their delays, and the narrowest sets the rate", () => {
  const links = [new Link({ delayMs: 3, mbps: 80 }), new Link({ delayMs: 4, mbps: 8 })];
  const out = [1_000, 1_000].map((bytes) =>
    links.reduce((at, link) => link.carry("up", at, bytes), 0),
  );
  assert.ok(Math.abs((out[0] as number) - 8.1) < 1e-9);
  assert.ok(Math.abs((out[1] as number) - 9.1) < 1e-9);
});

test("a refused target resets the client at once", async (t) => {
  const port = await target(t, echo);
  const dead = await relay(t, 1, [{ delayMs: 500, mbps: null }]);
  assert.ok(port > 0);
  const from = systemClock.monotonic();
  const socket = dial(t, dead.port);
  const [failure] = (await once(socket, "error").catch((error: unknown) => [error])) as [
    NodeJS.ErrnoException,
  ];
  assert.equal(failure.code, "ECONNRESET");
  assert.ok(systemClock.monotonic() - from < 400);
  assert.equal(dead.counters.refused, 1);
});

test("a half-closed client still gets its answer", async (t) => {
  const port = await target(t, (socket) => {
    socket.resume();
    socket.on("end", () => socket.end("bye"));
  });
  const socket = dial(t, (await relay(t, port, [{ delayMs: 2, mbps: null }])).port);
  socket.end("hello");
  await take(socket, 3);
  await once(socket, "end");
});

test("a reset passes through, down and up", async (t) => {
  const down = await target(t, (socket) => socket.once("data", () => socket.resetAndDestroy()));
  const first = dial(t, (await relay(t, down, [{ delayMs: 2, mbps: null }])).port);
  first.write("x");
  const [failure] = (await once(first, "error")) as [NodeJS.ErrnoException];
  assert.equal(failure.code, "ECONNRESET");

  const seen = Promise.withResolvers<string | undefined>();
  const up = await target(t, (socket) => {
    socket.resume();
    socket.on("error", (error: NodeJS.ErrnoException) => seen.resolve(error.code));
  });
  const second = dial(t, (await relay(t, up, [{ delayMs: 2, mbps: null }])).port);
  await once(second, "connect");
  second.write("x", () => void systemClock.sleep(ms(30)).then(() => second.resetAndDestroy()));
  assert.equal(await seen.promise, "ECONNRESET");
});

test("a target that takes nothing makes the sender wait, and memory stays bounded", async (t) => {
  const port = await target(t, (socket) => socket.pause());
  const through = await relay(t, port, [{ delayMs: 1, mbps: null }]);
  const socket = dial(t, through.port);
  const block = new Uint8Array(1024 * 1024);
  let taken = 0;
  for (let at = 0; at < 64; at++) socket.write(block, () => taken++);
  while (socket.writableLength === 64 * block.length) await systemClock.sleep(ms(5));
  await systemClock.sleep(ms(200));
  assert.ok(taken < 40, `${taken} MiB swallowed`);
});

test("the way out is bound to the address that is asked for", async (t) => {
  const from = Promise.withResolvers<string | undefined>();
  const port = await target(t, (socket) => from.resolve(socket.remoteAddress));
  const through = await relay(t, port, [], () => "127.0.7.9");
  dial(t, through.port);
  assert.equal(await from.promise, "127.0.7.9");
});

test("a relay closes once, twice, and takes its connections with it", async (t) => {
  const port = await target(t, echo);
  const through = await relay(t, port, []);
  const socket = dial(t, through.port);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write("x");
  await take(socket, 1);
  await through.close();
  await through.close();
  assert.equal(through.counters.connections, 0);
  await assert.rejects(once(dial(t, through.port), "connect"), { code: "ECONNREFUSED" });
});

test("a taken port is told by name", async (t) => {
  const port = await target(t, echo);
  await assert.rejects(
    startRelay(
      { listen: { host: "127.0.0.1", port }, target: { host: "127.0.0.1", port }, links: [] },
      context,
    ),
    { code: "link/port-taken" },
  );
});
