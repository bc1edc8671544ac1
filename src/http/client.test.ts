import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type ClientLimits, type Handler, HttpClient, type HttpServer, serve } from "./index.ts";

const context = { clock: systemClock, log: silentLog };

function client(t: TestContext, limits: Partial<ClientLimits> = {}): HttpClient {
  const made = new HttpClient(context, limits);
  t.after(() => made.close());
  return made;
}

async function served(t: TestContext, handler: Handler): Promise<HttpServer> {
  const server = await serve({ port: 0, handler }, context);
  t.after(() => server.close());
  return server;
}

/** A server that plays what it is told on each connection. */
async function scripted(t: TestContext, play: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
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
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

test("a whole answer is fetched, and its connection serves the next one", async (t) => {
  const server = await served(t, (request, reply) =>
    reply.send(201, [["ETag", '"a"']], request.target),
  );
  const http = client(t);
  for (const path of ["/a?b=c", "/d"]) {
    const answer = await http.fetch({ method: "GET", url: server.url + path });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get("etag"), '"a"');
    assert.equal(text(answer.body), path);
  }
  assert.equal(http.counters.connections, 1);
});

test("a growing answer is told chunk by chunk as it comes", async (t) => {
  const server = await served(t, (_request, reply) => {
    const body = reply.stream(200, []);
    body.write(Buffer.from("one"));
    body.write(Buffer.from("two"));
    body.end();
  });
  const told: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  client(t).request(
    { method: "GET", url: server.url },
    {
      head: (status) => told.push(`head ${status}`),
      data: (bytes, chunk) => told.push(`${chunk} ${text(bytes)}`),
      chunkEnd: (chunk) => told.push(`end ${chunk}`),
      end: () => resolve(),
      fail: (error) => assert.fail(error),
    },
  );
  await promise;
  assert.deepEqual(told, ["head 200", "0 one", "end 0", "1 two", "end 1"]);
});

test("a body without length or coding ends with its connection", async (t) => {
  const url = await scripted(t, (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nall of it"));
  assert.equal(text((await client(t).fetch({ method: "GET", url })).body), "all of it");
});

test("a truncated body is a failure, whatever its framing", async (t) => {
  for (const message of [
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    "HTTP/1.1 200 OK\r\nContent-Le",
  ]) {
    const url = await scripted(t, (socket) => socket.once("data", () => socket.end(message)));
    await assert.rejects(client(t).fetch({ method: "GET", url }), { code: "http/broken" });
  }
});

test("what is no HTTP is said to be none", async (t) => {
  const url = await scripted(t, (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  await assert.rejects(client(t).fetch({ method: "GET", url }), { code: "http/bad-answer" });
});

test("a kept connection that died is replaced silently, once, for a GET", async (t) => {
  let connections = 0;
  const url = await scripted(t, (socket) => {
    const mine = ++connections;
    let asked = 0;
    socket.on("data", () => {
      asked++;
      if (mine === 1 && asked === 2) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
  const http = client(t);
  await http.fetch({ method: "GET", url });
  assert.equal(text((await http.fetch({ method: "GET", url })).body), "ok");
  assert.equal(http.counters.retries, 1);
});

test("a POST on a kept connection that died is not sent twice", async (t) => {
  let asked = 0;
  const url = await scripted(t, (socket) =>
    socket.on("data", () => {
      if (++asked === 2) socket.resetAndDestroy();
      else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }),
  );
  const http = client(t);
  await http.fetch({ method: "GET", url });
  await assert.rejects(http.fetch({ method: "POST", url, body: Buffer.from("x") }), {
    code: "http/broken",
  });
  assert.equal(asked, 2);
});

test("a server that does not answer is given up after the head's time-out", async (t) => {
  const url = await scripted(t, () => undefined);
  await assert.rejects(client(t).fetch({ method: "GET", url, headTimeoutMs: 30 }), {
    code: "http/head-timeout",
    message: new RegExp(url),
  });
});

test("a server that stops in the middle is given up after the idle time-out", async (t) => {
  const url = await scripted(t, (socket) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
  );
  await assert.rejects(client(t).fetch({ method: "GET", url, idleTimeoutMs: 30 }), {
    code: "http/idle-timeout",
  });
});

test("a refused connection names the address and what to do", async (t) => {
  const server = await serve({ port: 0, handler: () => undefined }, context);
  const { url } = server;
  await server.close();
  await assert.rejects(client(t).fetch({ method: "GET", url }), {
    code: "http/unreachable",
    message: new RegExp(url),
  });
});

test("an address that is none is told, not thrown", async (t) => {
  for (const url of ["nonsense", "ftp://a/"]) {
    await assert.rejects(client(t).fetch({ method: "GET", url }), { code: "http/bad-url" });
  }
});

test("requests beyond the connections of a host wait their turn; beyond the queue they are refused", async (t) => {
  const held: (() => void)[] = [];
  const server = await served(
    t,
    (_request, reply) => void held.push(() => reply.send(200, [], "x")),
  );
  const http = client(t, { connectionsPerHost: 1, waitingPerHost: 1 });
  const first = http.fetch({ method: "GET", url: server.url });
  const second = http.fetch({ method: "GET", url: server.url });
  await assert.rejects(http.fetch({ method: "GET", url: server.url }), {
    code: "http/too-many-requests",
  });
  while (held.length === 0) await systemClock.sleep(ms(1));
  held.shift()?.();
  await first;
  while (held.length === 0) await systemClock.sleep(ms(1));
  held.shift()?.();
  await second;
  assert.equal(http.counters.connections, 1);
});

test("an upload arrives chunk by chunk while it is made", async (t) => {
  const seen: string[] = [];
  let arrived: () => void = () => undefined;
  const server = await served(t, async (request, reply) => {
    for await (const bytes of request.body) {
      seen.push(text(bytes));
      arrived();
    }
    reply.send(200, [], "thanks");
  });
  const upload = client(t).upload({ method: "POST", url: `${server.url}/in` });
  for (const piece of ["one", "two"]) {
    const here = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    upload.write(Buffer.from(piece));
    await here;
  }
  assert.deepEqual(seen, ["one", "two"]);
  assert.deepEqual(await upload.end(), { status: 200, body: "thanks" });
});

test("an upload that is refused early says why before its end", async (t) => {
  const server = await served(t, (_request, reply) => reply.send(403, [], "not you"));
  const upload = client(t).upload({ method: "PUT", url: server.url });
  upload.write(Buffer.from("a"));
  const failure = await upload.failed;
  assert.match(failure.message, /answered 403 .*not you/);
  assert.equal((await upload.end()).status, 403);
});

test("an upload whose server dies tells it by `failed`", async (t) => {
  const url = await scripted(t, (socket) => socket.once("data", () => socket.resetAndDestroy()));
  const upload = client(t).upload({ method: "POST", url });
  upload.write(Buffer.from("a"));
  assert.equal(((await upload.failed) as Error & { code: string }).code, "http/broken");
  await assert.rejects(upload.end(), { code: "http/broken" });
});

test("an upload that the peer does not take ends at its backlog", async (t) => {
  const url = await scripted(t, (socket) => socket.pause());
  const upload = client(t, { uploadBacklogBytes: 1_000_000 }).upload({ method: "POST", url });
  const failed = upload.failed as Promise<Error & { code: string }>;
  for (let at = 0; at < 200; at++) upload.write(new Uint8Array(100_000));
  assert.equal((await failed).code, "http/upload-backlog");
});

test("closing a client tells everything under way", async (t) => {
  const url = await scripted(t, () => undefined);
  const http = client(t);
  const pending = http.fetch({ method: "GET", url });
  await http.close();
  await assert.rejects(pending, { code: "http/aborted" });
  await http.close();
  await assert.rejects(http.fetch({ method: "GET", url }), { code: "http/aborted" });
});

test("an aborted request is told nothing more, and its server sees it go", async (t) => {
  const gone = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server = await served(t, (_request, reply) => {
    reply.onGone(gone.resolve);
    asked.resolve();
  });
  const pending = client(t).request(
    { method: "GET", url: server.url },
    {
      head: () => assert.fail(),
      data: () => assert.fail(),
      chunkEnd: () => assert.fail(),
      end: () => assert.fail(),
      fail: () => assert.fail(),
    },
  );
  await asked.promise;
  pending.abort();
  await gone.promise;
});
