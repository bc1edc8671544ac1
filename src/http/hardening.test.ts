// Messages that two servers could read in two ways, or that reach for what is not served: each is refused, whole or cut.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { test, type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type HttpServer, type RefusalName, serve } from "./index.ts";

/** A server that answers with the paths it was asked for, and remembers them. */
async function stage(t: TestContext): Promise<{ server: HttpServer; asked: string[] }> {
  const asked: string[] = [];
  const server = await serve(
    {
      port: 0,
      handler: async (request, reply) => {
        asked.push(request.path);
        let body = "";
        for await (const bytes of request.body) body += String(Buffer.from(bytes));
        reply.send(200, [], `<${body}>`);
      },
    },
    { clock: systemClock, log: silentLog },
  );
  t.after(() => server.close());
  return { server, asked };
}

/** Sends the pieces, each by itself; resolves with all that comes until the server ends. */
async function raw(server: HttpServer, pieces: readonly string[]): Promise<string> {
  const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true });
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, "latin1", resolve));
    if (pieces.length > 1) await systemClock.sleep(ms(1));
  }
  await closed;
  return text;
}

/** A request hidden behind each message: it must never be answered. */
const hidden = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";

/** Each message is refused for this reason, in one piece and in two, and nothing behind it is taken for a request. */
async function refused(
  t: TestContext,
  reason: RefusalName,
  messages: readonly string[],
): Promise<void> {
  const { server, asked } = await stage(t);
  for (const message of messages) {
    const half = Math.floor(message.length / 2);
    for (const pieces of [
      [message + hidden],
      [message.slice(0, half), message.slice(half) + hidden],
    ]) {
      const text = await raw(server, pieces);
      assert.ok(text.includes(`"http/${reason}"`), `${JSON.stringify(message)}: ${text}`);
      assert.equal(text.match(/HTTP\/1\.1 \d/g)?.length, 1, "one answer, and the end");
    }
  }
  assert.ok(!asked.includes("/hidden"));
  assert.equal(server.counters.refused[reason], 2 * messages.length);
}

const get = (fields: string): string => `GET / HTTP/1.1\r\n${fields}\r\n\r\n`;
const post = (fields: string, body = ""): string =>
  `POST / HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${body}`;
const path = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`;

test("more than one Host is refused, even where they agree", (t) =>
  refused(t, "duplicate-host", [get("Host: x\r\nHost: x"), get("Host: x\r\nA: b\r\nhOST: y")]));

test("an absolute URI to elsewhere is refused", (t) =>
  refused(t, "foreign-target", [
    path("http://y/"),
    path("http://x@y/"),
    path("https://x/"),
    path("http:///a"),
    path("ftp://x/"),
  ]));

test("a body on GET or HEAD is refused", (t) =>
  refused(t, "unexpected-body", [
    get("Host: x\r\nContent-Length: 34"),
    get("Host: x\r\nTransfer-Encoding: chunked"),
    "HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n",
  ]));

test("two lengths are refused, even where they agree", (t) =>
  refused(t, "duplicate-content-length", [
    post("Content-Length: 0\r\nContent-Length: 34"),
    post("Content-Length: 0\r\nContent-Length: 0"),
  ]));

test("a length that is no plain number is refused", (t) =>
  refused(
    t,
    "bad-content-length",
    ["0, 34", "+0", "-0", "0x0", "0 34", "", "1e1", "9".repeat(17)].map((value) =>
      post(`Content-Length: ${value}`),
    ),
  ));

test("a length beside a transfer coding is refused", (t) =>
  refused(t, "length-and-coding", [
    post("Content-Length: 34\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    post("Transfer-Encoding: chunked\r\nContent-Length: 0", "0\r\n\r\n"),
  ]));

test("a transfer coding that is not chunked alone is refused", (t) =>
  refused(
    t,
    "unknown-coding",
    ["chunked, chunked", "chunked, identity", "xchunked", '"chunked"', "identity", ""].map(
      (value) => post(`Transfer-Encoding: ${value}`, "0\r\n\r\n"),
    ),
  ));

test("a space before the colon is refused", (t) =>
  refused(t, "bad-field-name", [
    post("Transfer-Encoding : chunked", "0\r\n\r\n"),
    post("Content-Length\t: 34"),
  ]));

test("a folded field is refused", (t) =>
  refused(t, "folded-field", [
    get("Host: x\r\nA: b\r\n c"),
    get("Host: x\r\nTransfer-Encoding:\r\n chunked"),
    get("Host: x\r\n\tHost: y"),
  ]));

test("a line that ends without a carriage return is refused", (t) =>
  refused(t, "bare-line-feed", [
    "GET / HTTP/1.1\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\nContent-Length: 34\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\n\n",
    "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
  ]));

test("a lone carriage return or any other control byte in a field is refused", (t) =>
  refused(t, "bad-field-value", [
    get("Host: x\r\nA: b\rContent-Length: 34"),
    get("Host: x\r\nA: b\0"),
    get("Host: x\r\nA: \x0bchunked"),
    get("Host: x\r\nA: \x7f"),
  ]));

test("chunk extensions in a request are refused", (t) =>
  refused(t, "chunk-extension", [
    post("Transfer-Encoding: chunked", "3;a=b\r\nabc\r\n0\r\n\r\n"),
    post("Transfer-Encoding: chunked", "3\r\nabc\r\n0;\r\n\r\n"),
  ]));

test("a chunk that is not as it says is refused", (t) =>
  refused(
    t,
    "bad-chunk",
    ["3\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n", "3\r\nabcd\r\n0\r\n\r\n", "-1\r\n\r\n"].map((body) =>
      post("Transfer-Encoding: chunked", body),
    ),
  ));

test("a path that means one thing here and another elsewhere is refused", (t) =>
  refused(
    t,
    "bad-path",
    [
      "/../etc/passwd",
      "/a/./b",
      "/a/..",
      "/%2e%2e/b",
      "/a/%2E./b",
      "/a/.%2e",
      "/a%00",
      "/a%0d%0aHost:%20y",
      "/a\\b",
      "/a%5c..%5cb",
      "/a%2fb",
      "//a",
      "/a//b",
      "/a%zz",
      "/a%2",
      "/a%",
    ].map(path),
  ));

test("a path that only looks like a trick is served", async (t) => {
  const { server, asked } = await stage(t);
  const paths = ["/a..b", "/.well-known/x", "/a%20b", "/...", "/a?b=//../%00"];
  for (const target of paths)
    assert.match(
      await raw(server, [`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`]),
      /^HTTP\/1\.1 200 /,
    );
  assert.deepEqual(
    asked,
    paths.map((target) => target.split("?")[0]),
  );
});
