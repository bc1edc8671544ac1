import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import {
  type Handler,
  HttpClient,
  type HttpLimits,
  type HttpServer,
  refusals,
  serve,
} from "./index.ts";

const context = { clock: systemClock, log: silentLog };

async function served(
  t: TestContext,
  handler: Handler,
  limits: Partial<HttpLimits> = {},
): Promise<HttpServer> {
  const server = await serve({ port: 0, handler, limits }, context);
  t.after(() => server.close());
  return server;
}

/** Sends text as it is; resolves with all that comes until the peer ends. */
async function raw(server: HttpServer, ...pieces: string[]): Promise<string> {
  const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true });
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  for (const piece of pieces)
    await new Promise((resolve) => socket.write(piece, "latin1", resolve));
  await once(socket, "close");
  return text;
}

/** Reads from a socket until `text` was seen. */
async function until(socket: Socket, text: string): Promise<string> {
  let seen = "";
  while (!seen.includes(text)) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    seen += bytes.toString("latin1");
  }
  return seen;
}

const hello: Handler = (request, reply) => reply.send(200, [["X-Path", request.path]], "hello");

test("a request gets its answer, with a date and a length", async (t) => {
  const server = await served(t, hello);
  const text = await raw(server, "GET /a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(
    text,
    /^HTTP\/1\.1 200 OK\r\nX-Path: \/a\r\nDate: .* GMT\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello$/,
  );
});

test("a HEAD request gets the fields without the body", async (t) => {
  const server = await served(t, hello);
  const text = await raw(server, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(text, /Content-Length: 5\r\n\r\n$/);
});

test("requests sent at once are answered in their order", async (t) => {
  const server = await served(t, async (request, reply) => {
    if (request.path === "/slow") await systemClock.sleep(20 as never);
    reply.send(200, [], request.path);
  });
  const text = await raw(
    server,
    "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  assert.deepEqual(text.match(/\/(slow|b|c)$|\/(slow|b)(?=HTTP)/gm), ["/slow", "/b", "/c"]);
});

test("an answer that grows is seen piece by piece, a chunk a piece", async (t) => {
  let grow: (() => void) | null = null;
  const server = await served(t, (_request, reply) => {
    const body = reply.stream(200, []);
    body.write(Buffer.from("one"));
    grow = () => {
      body.write(Buffer.from("two"));
      body.end();
    };
  });
  const socket = connect(server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.match(await until(socket, "one"), /Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n$/);
  (grow as unknown as () => void)();
  assert.equal(await until(socket, "0\r\n\r\n"), "3\r\ntwo\r\n0\r\n\r\n");
});

test("a peer of HTTP/1.0 gets no chunks, and its connection ends with the body", async (t) => {
  const server = await served(t, (_request, reply) => {
    const body = reply.stream(200, []);
    body.write(Buffer.from("one"));
    body.writeFrame(Buffer.from("3\r\ntwo\r\n"));
    body.end();
  });
  const text = await raw(server, "GET / HTTP/1.0\r\n\r\n");
  assert.match(text, /Connection: close\r\n\r\nonetwo$/);
});

test("what breaks the rules is refused with its reason, and counted", async (t) => {
  const cases: readonly (readonly [keyof typeof refusals.rows, string])[] = [
    ["bad-request-line", "GET /\r\nHost: x\r\n\r\n"],
    ["bad-request-line", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"],
    ["bad-version", "GET / HTTQ/1.1\r\nHost: x\r\n\r\n"],
    ["unknown-version", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"],
    ["unknown-method", "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["bad-target", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["bad-target", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["bad-path", "GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["bad-path", "GET /a/%2E%2e/b HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["bad-path", "GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["bad-path", "GET /a%zz HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["foreign-target", "GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["foreign-target", "GET https://x/ HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["target-too-long", `GET /${"a".repeat(9_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ["head-too-large", `GET / HTTP/1.1\r\nHost: x\r\nA: ${"a".repeat(17_000)}\r\n\r\n`],
    ["too-many-fields", `GET / HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(100)}\r\n`],
    ["bare-line-feed", "GET / HTTP/1.1\nHost: x\n\n"],
    ["folded-field", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"],
    ["bad-field-name", "GET / HTTP/1.1\r\nHost : x\r\n\r\n"],
    ["bad-field-name", "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n"],
    ["bad-field-value", "GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n"],
    ["bad-field-value", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n"],
    ["missing-host", "GET / HTTP/1.1\r\n\r\n"],
    ["duplicate-host", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"],
    ["bad-host", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"],
    ["bad-content-length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n"],
    [
      "duplicate-content-length",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
    ],
    [
      "length-and-coding",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ["unknown-coding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
    [
      "unknown-coding",
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ["coding-in-http-1-0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["unexpected-body", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"],
    ["unknown-expectation", "POST / HTTP/1.1\r\nHost: x\r\nExpect: more\r\n\r\n"],
    ["body-too-large", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"],
  ];
  const server = await served(t, hello);
  for (const [name, message] of cases) {
    const text = await raw(server, message);
    const status = refusals.rows[name].status;
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `), `${name}: ${text}`);
    assert.ok(text.includes(`"http/${name}"`), `${name}: ${text}`);
  }
  const counted = Object.values(server.counters.refused).reduce((sum, count) => sum + count, 0);
  assert.equal(counted, cases.length);
  assert.equal(server.counters.requests, 0);
});

test("a target in absolute form that names this host is answered", async (t) => {
  const server = await served(t, hello);
  const text = await raw(server, "GET http://x/y HTTP/1.1\r\nHost: X\r\nConnection: close\r\n\r\n");
  assert.match(text, /X-Path: \/y\r\n/);
});

async function gather(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const bytes of body) text += Buffer.from(bytes).toString("latin1");
  return text;
}

test("a chunked body reaches the handler without its coding, and the next request follows", async (t) => {
  const server = await served(t, async (request, reply) =>
    reply.send(200, [], `<${await gather(request.body)}>`),
  );
  const text = await raw(
    server,
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde",
    "\r\n0\r\nTrailer: x\r\n\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nfg",
  );
  assert.deepEqual(text.match(/<.*?>/g), ["<abcde>", "<fg>"]);
});

test("a broken chunk is told to the handler and answered 400", async (t) => {
  const server = await served(t, async (request, reply) =>
    reply.send(200, [], await gather(request.body)),
  );
  const text = await raw(
    server,
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
  );
  assert.match(text, /^HTTP\/1\.1 400 [\s\S]*http\/bad-chunk/);
});

test("a chunked body beyond the limit is answered 413", async (t) => {
  const server = await served(
    t,
    async (request, reply) => reply.send(200, [], await gather(request.body)),
    {
      bodyBytes: 4,
    },
  );
  const text = await raw(
    server,
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
  );
  assert.match(text, /^HTTP\/1\.1 413 /);
});

test("100-continue is sent when the handler wants the body, and not when it refuses", async (t) => {
  const server = await served(t, async (request, reply) => {
    if (request.path === "/no") return reply.send(403, []);
    reply.send(200, [], await gather(request.body));
  });
  const head = (path: string): string =>
    `PUT ${path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n`;
  assert.match(await raw(server, head("/no")), /^HTTP\/1\.1 403 /);
  const socket = connect(server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.write(head("/yes"));
  assert.equal(await until(socket, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.write("ok");
  assert.match(await until(socket, "ok"), /^HTTP\/1\.1 200 /);
});

test("a body too fast for its handler waits in the network, not in memory", async (t) => {
  let most = 0;
  const total = 8 * 1024 * 1024;
  const server = await served(
    t,
    async (request, reply) => {
      let size = 0;
      for await (const bytes of request.body) {
        size += bytes.length;
        most = Math.max(most, bytes.length);
        await new Promise((resolve) => process.nextTick(resolve));
      }
      reply.send(200, [], String(size));
    },
    { bodyQueueBytes: 64 * 1024 },
  );
  const client = new HttpClient(context);
  t.after(() => client.close());
  const answer = await client.fetch({
    method: "PUT",
    url: `${server.url}/x`,
    body: new Uint8Array(total),
  });
  assert.equal(Buffer.from(answer.body).toString(), String(total));
  assert.ok(most <= 1024 * 1024);
});

test("a reader that takes nothing of a growing answer is cut at its backlog and counted", async (t) => {
  let gone = false;
  const server = await served(
    t,
    (_request, reply) => {
      reply.onGone(() => (gone = true));
      const body = reply.stream(200, []);
      while (!reply.done) body.write(new Uint8Array(64 * 1024));
    },
    { backlogBytes: 256 * 1024 },
  );
  const socket = connect(server.port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await until2(() => gone);
  assert.equal(server.counters.closed["slow-reader"], 1);
  socket.destroy();
});

/** Turns the event loop until `holds`. */
async function until2(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(1 as never);
}

test("a body that ends short of its promised length breaks the connection", async (t) => {
  const server = await served(t, (_request, reply) => {
    const body = reply.stream(200, [["Content-Length", "10"]]);
    body.write(Buffer.from("short"));
    body.end();
  });
  const client = new HttpClient(context);
  t.after(() => client.close());
  await assert.rejects(client.fetch({ method: "GET", url: `${server.url}/` }), {
    code: "http/broken",
  });
});

test("a handler that throws is answered 500 and the server lives on", async (t) => {
  const server = await served(t, (request, reply) => {
    if (request.path === "/bad") throw new Error("a fault");
    reply.send(200, [], "fine");
  });
  assert.match(
    await raw(server, "GET /bad HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    /^HTTP\/1\.1 500 [\s\S]*handler-failed/,
  );
  assert.match(
    await raw(server, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    /fine$/,
  );
});

test("a viewer who leaves a held request is told to its handler", async (t) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const server = await served(t, (_request, reply) => {
    reply.onGone(resolve);
    asked.resolve();
  });
  const socket = connect(server.port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await asked.promise;
  socket.end();
  await promise;
});

test("closing ends idle connections at once and lets an answer under way end", async (t) => {
  let finish: (() => void) | null = null;
  const server = await served(t, (_request, reply) => {
    finish = () => reply.send(200, [], "late");
  });
  const idle = connect(server.port, "127.0.0.1");
  await once(idle, "connect");
  const client = new HttpClient(context);
  t.after(() => client.close());
  const answer = client.fetch({ method: "GET", url: `${server.url}/` });
  await until2(() => finish !== null && server.counters.connections === 2);
  const closing = server.close();
  await once(idle, "close");
  (finish as unknown as () => void)();
  assert.equal(Buffer.from((await answer).body).toString(), "late");
  await closing;
  await server.close();
});

test("a taken port is told by name", async (t) => {
  const server = await served(t, hello);
  await assert.rejects(serve({ port: server.port, handler: hello }, context), {
    code: "http/port-taken",
  });
});

test("100-continue never stands within an answer that began before the body was read", async (t) => {
  const server = await served(t, async (request, reply) => {
    const body = reply.stream(200, []);
    body.write(Buffer.from(await gather(request.body)));
    body.end();
  });
  const text = await raw(
    server,
    "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    "ok",
  );
  assert.match(text, /^HTTP\/1\.1 200 [^]*\r\n\r\n2\r\nok\r\n0\r\n\r\n$/);
});
