// Other people's HTTP against ours, both ways: Node's own server (llhttp) and its fetch (undici).
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test, type TestContext } from "node:test";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Handler, HttpClient, type HttpServer, serve } from "./index.ts";

const context = { clock: systemClock, log: silentLog };

/** Sends back what it gets, in pieces; a request without a body gets "hello". */
const echo: Handler = async (request, reply) => {
  if (request.method === "GET" || request.method === "HEAD")
    return reply.send(200, [["ETag", '"a"']], "hello");
  const body = reply.stream(200, []);
  for await (const bytes of request.body) body.write(bytes);
  body.end();
};

async function ours(t: TestContext): Promise<HttpServer> {
  const server = await serve({ port: 0, handler: echo }, context);
  t.after(() => server.close());
  return server;
}

test("undici is served: whole answers, and bodies that grow both ways", async (t) => {
  const server = await ours(t);
  const whole = await fetch(server.url);
  assert.deepEqual([await whole.text(), whole.headers.get("etag")], ["hello", '"a"']);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of ["one", "two", "three"]) controller.enqueue(Buffer.from(piece));
      controller.close();
    },
  });
  const grown = await fetch(server.url, { method: "POST", body, duplex: "half" });
  assert.equal(await grown.text(), "onetwothree");
});

test("Node's own server answers our client: lengths, chunks, uploads, kept connections", async (t) => {
  const server = createServer((request, response) => {
    if (request.url === "/sized") response.end("sized");
    else if (request.method === "GET") {
      response.write("one");
      response.end("two");
    } else request.pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const client = new HttpClient(context);
  t.after(() => client.close());
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const get = async (path: string): Promise<string> =>
    Buffer.from((await client.fetch({ method: "GET", url: url + path })).body).toString();
  assert.deepEqual(
    [await get("/sized"), await get("/"), await get("/sized")],
    ["sized", "onetwo", "sized"],
  );
  const upload = client.upload({ method: "POST", url });
  upload.write(Buffer.from("a"));
  upload.write(Buffer.from("b"));
  assert.deepEqual(await upload.end(), { status: 200, body: "ab" });
  assert.equal(client.counters.connections, 1);
});
