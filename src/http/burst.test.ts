import assert from "node:assert/strict";
import { connect } from "node:net";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { COPY_FOR } from "./limits.ts";
import { Burst, type Handler, type HttpServer, serve } from "./index.ts";

const context = { clock: systemClock, log: silentLog };

async function served(t: TestContext, handler: Handler): Promise<HttpServer> {
  const server = await serve({ port: 0, handler }, context);
  t.after(() => server.close());
  return server;
}

/** Sends `message`; resolves with all that comes until the peer ends. */
async function raw(server: HttpServer, message: string): Promise<string> {
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(message);
  await once(socket, "close");
  return text;
}

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const joined = (burst: Burst): string => Buffer.concat([...burst.http1()]).toString("latin1");
const get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const close = "GET /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

test("a burst is written out once, in one buffer when it is small", () => {
  const head = { status: 200, headers: [["A", "b"]], length: null } as const;
  const burst = new Burst(head, [bytes("one"), bytes("two")], true, true);
  assert.equal(burst.http1(), burst.http1());
  assert.equal(burst.http1().length, 1);
  assert.equal(
    joined(burst),
    "HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
  );
});

test("a large body is not copied, but stands beside its head", () => {
  const body = new Uint8Array(150_000);
  const burst = new Burst({ status: 200, headers: [], length: 150_000 }, [body], true, false);
  assert.equal(burst.http1()[1]?.buffer, body.buffer);
  assert.equal(burst.http1().length, 2);
  const growing = new Burst(null, [body, bytes("end")], true, true);
  assert.equal(growing.http1()[1]?.buffer, body.buffer);
  assert.match(joined(growing), /^249f0\r\n\0+\r\n3\r\nend\r\n0\r\n\r\n$/);
});

test("a large body is copied once, when many have asked for it", () => {
  const body = Buffer.alloc(150_000, "a");
  const burst = new Burst({ status: 200, headers: [], length: 150_000 }, [body], true, false);
  const first = joined(burst);
  for (let receiver = 1; receiver < COPY_FOR; receiver++) burst.http1();
  assert.equal(burst.http1().length, 1);
  assert.equal(burst.http1()[0], burst.http1()[0]);
  assert.equal(joined(burst), first);
});

test("an answer that has no body has no framing either", () => {
  const burst = new Burst({ status: 304, headers: [], length: null }, [], true, true);
  assert.equal(joined(burst), "HTTP/1.1 304 Not Modified\r\n\r\n");
});

test("many get the same bursts, each by the rules of its own connection", async (t) => {
  const bursts = [
    new Burst({ status: 200, headers: [], length: null }, [bytes("one")], false, true),
    new Burst(null, [bytes("two")], false, true),
    new Burst(null, [], true, true),
  ];
  const server = await served(t, (_request, reply) => {
    for (const burst of bursts) reply.put(burst);
    assert.ok(reply.started && reply.done);
  });
  const chunks = "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n";
  assert.equal(
    await raw(server, `GET / HTTP/1.1\r\nHost: x\r\n\r\n${close}`),
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}`,
  );
  assert.equal(
    await raw(server, "GET / HTTP/1.0\r\n\r\n"),
    "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nonetwo",
  );
  assert.equal(
    await raw(server, `HEAD / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.0\r\n\r\n`),
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
  );
});

test("a shared answer of known length is sent raw, and ends with its last byte", async (t) => {
  const burst = new Burst({ status: 200, headers: [], length: 6 }, [bytes("one")], false, false);
  const rest = new Burst(null, [bytes("two")], true, false);
  const server = await served(t, (_request, reply) => {
    reply.put(burst);
    reply.put(rest);
  });
  assert.match(await raw(server, get), /Content-Length: 6\r\nConnection: close\r\n\r\nonetwo$/);
  assert.match(
    await raw(server, `GET / HTTP/1.1\r\nHost: x\r\n\r\n${close}`),
    /^HTTP\/1\.1 200 OK\r\nContent-Length: 6\r\n\r\nonetwoHTTP[^]*onetwo$/,
  );
});

test("a shared answer that ends short of its length, or is broken off, breaks its connection", async (t) => {
  const server = await served(t, (request, reply) => {
    reply.put(new Burst({ status: 200, headers: [], length: 9 }, [bytes("one")], false, false));
    if (request.path === "/short") reply.put(new Burst(null, [], true, false));
    else reply.abort();
  });
  for (const path of ["/short", "/broken"]) {
    const text = await raw(server, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n${close}`);
    assert.match(text, /Content-Length: 9\r\n\r\none$/);
  }
  assert.equal(server.counters.closed["broken-off"], 2);
});
