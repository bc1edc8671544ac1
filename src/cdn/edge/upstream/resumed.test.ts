import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { OPEN_WEIGHT, RESUMES_PER_ANSWER, STALLED_BODY_MS } from "./limits.ts";
import {
  ask,
  eventually,
  kept,
  GrowingObject,
  type Received,
  saying,
  scripted,
  status,
  supplyOf,
} from "./supplyStage.ts";

/** A server that plays the n-th request on its socket. */
async function raw(
  t: TestContext,
  play: (socket: Socket, asked: number, head: string) => void,
): Promise<string> {
  let asked = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => play(socket, ++asked, bytes.toString("latin1")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

test("a growing body that breaks goes on where it broke: one answer, its chunks numbered on", async (t) => {
  const object = new GrowingObject();
  const a = await scripted(t, object.play);
  const supply = supplyOf(t, [a.url]);
  const got = ask(supply, "/o", { headers: [["If-None-Match", '"old"']] });
  await eventually(() => got.status === 200);
  object.write("one,");
  await eventually(() => got.body === "one,");
  object.cut();
  await eventually(() => a.asked.length === 2);
  assert.equal(a.asked[1]?.headers.get("range"), "bytes=4-9007199254740991");
  assert.equal(a.asked[1]?.headers.get("if-range"), '"g"');
  assert.equal(a.asked[1]?.headers.get("if-none-match"), undefined);
  object.write("two,");
  await eventually(() => got.body === "one,two,");
  object.write("three");
  object.end();
  await got.over;
  assert.deepEqual([got.status, got.body, got.error], [200, "one,two,three", null]);
  assert.deepEqual(got.chunks, ["0:one,", "0.", "1:two,", "1.", "2:three", "2."]);
  assert.deepEqual([supply.counters.resumes, supply.counters.attempts], [1, 2]);
});

test("a chunk that broke in its middle keeps its number", async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nETag: "e"\r\nTransfer-Encoding: chunked\r\n\r\n';
  const url = await raw(t, (socket, asked) => {
    if (asked === 1) {
      socket.end(`${head}3\r\nabc\r\n6\r\ndef`);
    } else {
      const rest = 'HTTP/1.1 206 Partial Content\r\nETag: "e"\r\nContent-Range: bytes 6-8/9\r\n';
      socket.write(`${rest}Content-Length: 3\r\n\r\nghi`);
    }
  });
  const got = await ask(supplyOf(t, [url]), "/o").over;
  assert.deepEqual([got.body, got.error], ["abcdefghi", null]);
  assert.deepEqual(got.chunks, ["0:abc", "0.", "1:def", "1:ghi", "1."]);
});

test("a body of known length is asked for to its own last byte, and its rest must fit", async (t) => {
  const play = (rest: string) => (socket: Socket, asked: number, head: string) => {
    if (asked === 1) {
      socket.write('HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 9\r\n\r\nabcd');
      socket.end();
      return;
    }
    assert.match(head, /\r\nRange: bytes=4-8\r\n/);
    const range = 'ETag: "e"\r\nContent-Range: bytes 4-8/9\r\nTransfer-Encoding: chunked';
    socket.write(`HTTP/1.1 206 P\r\n${range}\r\n\r\n${rest.length}\r\n${rest}\r\n0\r\n\r\n`);
  };
  const whole = await ask(supplyOf(t, [await raw(t, play("efghi"))]), "/o").over;
  assert.deepEqual([whole.body, whole.error], ["abcdefghi", null]);
  assert.deepEqual(whole.chunks, ["0:abcd", "0:efghi"]);
  const long = await ask(supplyOf(t, [await raw(t, play("efghijk"))]), "/o").over;
  assert.equal(long.error?.code, "edge/misfit");
  assert.equal(long.body, "abcd");
});

test("when only the end was missing, 416 says so", async (t) => {
  const object = new GrowingObject();
  const a = await scripted(t, object.play);
  const supply = supplyOf(t, [a.url]);
  const got = ask(supply, "/o");
  await eventually(() => got.status === 200);
  object.write("all");
  await eventually(() => got.body === "all");
  object.cut();
  object.end();
  await got.over;
  assert.deepEqual([got.body, got.error, supply.counters.resumes], ["all", null, 1]);
});

/** Lets the first upstream die within a body; what happens then? */
async function afterDeath(
  t: TestContext,
  etag: string,
  second: Parameters<typeof scripted>[1],
): Promise<{ got: Received; asked: number; refused: number }> {
  const object = new GrowingObject(etag);
  const [a, b] = [await scripted(t, object.play), await scripted(t, second)];
  const supply = supplyOf(t, [a.url, b.url]);
  const got = ask(supply, "/o");
  await eventually(() => got.status === 200);
  object.write("one,");
  await eventually(() => got.body === "one,");
  a.play = status(503);
  object.cut();
  await got.over;
  return { got, asked: b.asked.length, refused: supply.counters.resumesRefused };
}

test("another upstream goes on if its ETag is the same", async (t) => {
  const twin = new GrowingObject('"g"');
  twin.write("one,");
  twin.write("two");
  twin.end();
  const rest = (...[request, reply]: Parameters<GrowingObject["play"]>): void => {
    assert.equal(request.headers.get("range"), "bytes=4-9007199254740991");
    reply.send(
      206,
      [
        ["ETag", '"g"'],
        ["Content-Range", "bytes 4-6/7"],
      ],
      "two",
    );
  };
  const { got } = await afterDeath(t, '"g"', rest);
  assert.deepEqual([got.body, got.error], ["one,two", null]);
});

test("another ETag, a weak one, or none: the receivers learn that the body broke", async (t) => {
  const other = await afterDeath(t, '"g"', saying("one,two", '"h"'));
  assert.deepEqual([other.got.body, other.got.error?.code], ["one,", "http/broken"]);
  assert.deepEqual([other.asked, other.refused], [1, 1]);
  for (const etag of ['W/"g"', ""]) {
    const weak = await afterDeath(t, etag, saying("one,two", etag));
    assert.deepEqual([weak.got.body, weak.got.error?.code], ["one,", "http/broken"]);
    assert.deepEqual([weak.asked, weak.refused], [0, 1], "it is not even asked");
  }
});

test("a body that breaks again and again is given up after its resumes", async (t) => {
  const url = await raw(t, (socket, asked) => {
    const status = asked === 1 ? "200 OK" : "206 P";
    const range = `Content-Range: bytes ${asked - 1}-9007199254740991/*`;
    socket.end(
      `HTTP/1.1 ${status}\r\nETag: "e"\r\n${range}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx`,
    );
  });
  const supply = supplyOf(t, [url]);
  const got = await ask(supply, "/o").over;
  assert.ok(got.error);
  assert.ok(got.body.length <= 1 + RESUMES_PER_ANSWER);
  assert.ok(supply.counters.attempts <= 1 + RESUMES_PER_ANSWER);
});

test("a body that stands still while its upstream fails elsewhere is given up sooner than its time-out says", async (t) => {
  const clock = manualClock(utcMs(0));
  const object = new GrowingObject();
  const [a, b] = [await scripted(t, object.play), await scripted(t, saying("b"))];
  const supply = supplyOf(t, [a.url, b.url], { clock });
  const got = ask(supply, "/segment");
  await eventually(() => got.status === 200);
  clock.advance(ms(STALLED_BODY_MS / 2));
  object.write("one,");
  await eventually(() => got.body === "one,");
  a.play = status(503);
  for (let playlist = 0; playlist < OPEN_WEIGHT; playlist++) await ask(supply, `/${playlist}`).over;
  clock.advance(ms(STALLED_BODY_MS - 1));
  assert.ok(!got.error);
  clock.advance(ms(1));
  const { error } = await got.over;
  assert.equal(error?.code, "edge/body-stalled");
  assert.equal(supply.states[0]?.failures.stalled, 1);
});

test("a part of an object, or an answer without a body, is not taken up", async (t) => {
  const url = await raw(t, (socket) => {
    socket.write(
      'HTTP/1.1 206 P\r\nETag: "e"\r\nContent-Range: bytes 0-8/9\r\nContent-Length: 9\r\n\r\nabcd',
    );
    socket.end();
  });
  const supply = supplyOf(t, [url]);
  const got = await ask(supply, "/o", { headers: [["Range", "bytes=0-8"]] }).over;
  assert.deepEqual([got.error?.code, supply.counters.attempts], ["http/broken", 1]);
});

test("a HEAD is answered with the length and no body", async (t) => {
  const a = await scripted(t, (_request, reply) => reply.send(200, [kept, ["ETag", '"e"']], "abc"));
  const got = await ask(supplyOf(t, [a.url]), "/o", { method: "HEAD" }).over;
  assert.deepEqual([got.headers?.get("content-length"), got.body, got.error], ["3", "", null]);
});
