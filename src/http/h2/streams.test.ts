import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ms } from "#base";
import { Burst } from "../burst.ts";
import { frameChunk } from "../chunked.ts";
import { closeReasons } from "../serverState.ts";
import type { BodyStream, Handler, HttpReply, HttpRequest } from "../types.ts";
import {
  ask,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  get,
  peer,
  post,
  settings,
  windowUpdate,
  word,
} from "./fixtures/peer.ts";
import { FrameReader, frameTypes, PREFACE } from "./frames.ts";

const whole = (bytes: number, last = true): Burst =>
  new Burst({ status: 200, headers: [], length: bytes }, [Buffer.alloc(bytes, 7)], last, false);

type Asked = readonly (readonly [HttpRequest, HttpReply])[];
const requestOf = (asked: Asked, at: number): HttpRequest => (asked[at] as Asked[0])[0];
const replyOf = (asked: Asked, at: number): HttpReply => (asked[at] as Asked[0])[1];

/** A connection whose requests are kept for the test to answer. */
async function stage(): Promise<ReturnType<typeof peer> & { asked: [HttpRequest, HttpReply][] }> {
  const asked: [HttpRequest, HttpReply][] = [];
  const client = peer((request, reply) => void asked.push([request, reply]));
  await client.heard();
  return { ...client, asked };
}

test("a shared answer leaves as HEADERS and DATA in one write, alike for every stream but for its number", async () => {
  const burst = whole(2_000);
  const client = peer((_request, reply) => reply.put(burst));
  await client.heard();
  const before = client.socket.written.length;
  const said = await client.give(ask(1), ask(3), ask(5));
  assert.deepEqual(said.slice(0, 2), ["200 #1", "DATA 2000 #1 end"]);
  assert.equal(said.length, 6);
  assert.equal(client.socket.written.length, before + 1);
  assert.equal(client.state.counters.requests, 3);
});

test("a growing answer is sent piece by piece, and its end stands on its last piece", async () => {
  const { asked, give, heard } = await stage();
  await give(ask(1));
  const reply = replyOf(asked, 0);
  reply.put(
    new Burst({ status: 200, headers: [], length: null }, [Buffer.from("ab")], false, true),
  );
  assert.deepEqual(await heard(), ["200 #1", "DATA 2 #1"]);
  reply.put(new Burst(null, [Buffer.from("c"), Buffer.from("de")], false, true));
  assert.deepEqual(await heard(), ["DATA 1 #1", "DATA 2 #1"]);
  reply.put(new Burst(null, [], true, true));
  assert.deepEqual(await heard(), ["DATA 0 #1 end"]);
  assert.equal(reply.done, true);
});

test("send, stream and bursts give the same bytes; frames of HTTP/1.1 lose their chunks", async () => {
  const handler: Handler = (request, reply) => {
    if (request.path === "/send") return reply.send(200, [], "abcdef");
    const body = reply.stream(200, request.path === "/length" ? [["Content-Length", "6"]] : []);
    body.write(Buffer.from("ab"));
    body.writeFrame(frameChunk(Buffer.from("cd")));
    body.catchUp([frameChunk(Buffer.from("ef"))], true);
    return body.end();
  };
  for (const path of ["/send", "/stream", "/length"]) {
    const client = peer(handler);
    const said = await client.give(ask(1, path));
    assert.match(said.at(-1) as string, /end$/);
    assert.equal(client.body().toString(), "abcdef", path);
  }
});

test("HEAD, 204 and 304 end with their head, whichever way they are answered", async () => {
  const ways: Record<string, Handler> = {
    send: (request, reply) => reply.send(request.method === "HEAD" ? 200 : 304, [], "no"),
    put: (request, reply) =>
      reply.put(
        new Burst(
          { status: request.method === "HEAD" ? 200 : 204, headers: [], length: 2 },
          [Buffer.from("no")],
          true,
          false,
        ),
      ),
    stream: (request, reply) => {
      const body = reply.stream(request.method === "HEAD" ? 200 : 304, []);
      body.write(Buffer.from("no"));
      body.end();
    },
  };
  const head = block([":method", "HEAD"], [":scheme", "http"], [":authority", "x"], [":path", "/"]);
  for (const [way, handler] of Object.entries(ways)) {
    const client = peer(handler);
    await client.heard();
    const said = await client.give(frame(1, END_STREAM | END_HEADERS, 1, head), ask(3));
    assert.deepEqual(said, ["200 #1 end", way === "put" ? "204 #3 end" : "304 #3 end"], way);
  }
});

test("an answer that breaks off, or is shorter than it promised, is reset", async () => {
  const { asked, give, heard, state } = await stage();
  await give(ask(1), ask(3), ask(5));
  const [broken, short, thrown] = asked.map(([, reply]) => reply) as [
    HttpReply,
    HttpReply,
    HttpReply,
  ];
  broken.put(
    whole(10, false).head
      ? new Burst({ status: 200, headers: [], length: 10 }, [], false, false)
      : whole(1),
  );
  broken.abort();
  const body: BodyStream = short.stream(200, [["Content-Length", "5"]]);
  body.write(Buffer.from("abc"));
  body.end();
  thrown.put(new Burst({ status: 200, headers: [], length: 9 }, [Buffer.from("12")], true, false));
  const said = await heard();
  for (const id of [1, 3, 5]) assert.ok(said.includes(`RST INTERNAL_ERROR #${id}`), said.join());
  assert.equal(
    said.some((what) => what.endsWith("end")),
    false,
  );
  assert.equal(state.refused.get("broken-off-stream"), 3);
});

test("what a handler throws is answered 500, or resets the answer that it had begun", async () => {
  const client = peer((request, reply) => {
    if (request.path === "/late") reply.stream(200, []);
    throw new Error("a fault of ours");
  });
  await client.heard();
  const said = await client.give(ask(1), ask(3, "/late"));
  assert.equal(said[0], "500 #1");
  assert.deepEqual(said.slice(2), ["200 #3", "RST INTERNAL_ERROR #3"]);
});

test("RFC 9113 6.9 DATA stays within the windows of stream and connection, and goes on as they open", async () => {
  const client = peer((_request, reply) => reply.put(whole(100_000)));
  await client.heard();
  const said = await client.give(settings([4, 10]), ask(1));
  assert.deepEqual(said, ["SETTINGS ack", "200 #1", "DATA 10 #1"]);
  assert.deepEqual(await client.give(windowUpdate(1, 16_384)), ["DATA 16384 #1"]);
  assert.deepEqual(await client.give(settings([4, 0])), ["SETTINGS ack"]);
  assert.deepEqual(await client.give(windowUpdate(1, 10)), [], "the window was below zero");
  assert.deepEqual(await client.give(windowUpdate(1, 1)), ["DATA 1 #1"]);
  await client.give(windowUpdate(1, 200_000));
  assert.equal(client.body().length, 65_535, "the connection's window");
  const rest = await client.give(windowUpdate(0, 100_000));
  assert.match(rest.at(-1) as string, /#1 end$/);
  assert.equal(client.body().length, 100_000);
});

test("streams that wait share what the connection takes, a frame each in turn", async () => {
  const client = peer((_request, reply) => reply.put(whole(100_000)));
  await client.heard();
  await client.give(settings([4, 2 ** 30]), ask(1), ask(3));
  assert.deepEqual(await client.give(windowUpdate(0, 65_536)), [
    "DATA 16384 #1",
    "DATA 16384 #3",
    "DATA 16384 #1",
    "DATA 16384 #3",
  ]);
});

test("a full socket holds bodies back, and lets heads and answers to PING pass", async () => {
  const client = peer((_request, reply) => reply.put(whole(400_000)));
  await client.heard();
  await client.give(settings([4, 2 ** 30]), windowUpdate(0, 2 ** 30));
  client.socket.stalled = true;
  const said = await client.give(ask(1), ask(3), frame(6, 0, 0, Buffer.alloc(8)));
  assert.ok(client.socket.writableLength < 200_000, `${client.socket.writableLength} bytes ahead`);
  assert.ok(said.includes("200 #3") && said.includes("PING ack"));
  for (let round = 0; round < 20 && client.body().length < 800_000; round++) {
    client.socket.flow();
    await client.heard();
  }
  assert.equal(client.body().length, 800_000);
});

test("RFC 9113 4.3.1 who shrinks his table is told before the next head that it is empty", async () => {
  const burst = whole(3);
  const client = peer((_request, reply) => reply.put(burst));
  await client.heard();
  await client.give(settings([1, 0]));
  const before = client.socket.written.length;
  assert.deepEqual(await client.give(ask(1), ask(3)), [
    "200 #1",
    "DATA 3 #1 end",
    "200 #3",
    "DATA 3 #3 end",
  ]);
  const bytes = Buffer.concat(client.socket.written.slice(before));
  const table = bytes.subarray(9, 10).equals(Buffer.from([0x20]));
  assert.deepEqual([table, bytes.indexOf(Buffer.from([0x20, 0x88]), 10)], [true, -1], "told once");
});

test("a request's body reaches its handler, and its window opens as it is read", async () => {
  const { asked, give, heard } = await stage();
  await give(frame(frameTypes.HEADERS, END_HEADERS, 1, post(["content-length", "160000"])));
  const piece = frame(frameTypes.DATA, 0, 1, Buffer.alloc(16_000, 5));
  const unread = await give(...Array.from({ length: 9 }, () => piece));
  assert.deepEqual(unread, [], "nothing is given back before it is read");
  await give(frame(frameTypes.DATA, END_STREAM, 1, Buffer.alloc(16_000, 5)));
  let read = 0;
  for await (const bytes of requestOf(asked, 0).body) read += bytes.length;
  assert.equal(read, 160_000);
  replyOf(asked, 0).send(204, []);
  assert.deepEqual(await heard(), ["204 #1 end"]);
});

test("RFC 9113 6.9.1 a body beyond its window resets the stream, one beyond the connection's ends it", async () => {
  const { give, closed } = await stage();
  const piece = (id: number): Buffer => frame(frameTypes.DATA, 0, id, Buffer.alloc(16_384));
  const upload = (id: number): Buffer => frame(frameTypes.HEADERS, END_HEADERS, id, post());
  const said = await give(upload(1), ...Array.from({ length: 17 }, () => piece(1)));
  assert.deepEqual(said, ["WINDOW 262144 #0", "RST FLOW_CONTROL_ERROR #1"]);
  const uploads = [3, 5, 7, 9, 11].flatMap((id) => [
    upload(id),
    ...Array.from({ length: 16 }, () => piece(id)),
  ]);
  const more = await give(...uploads);
  assert.deepEqual(more, ["GOAWAY FLOW_CONTROL_ERROR 9"]);
  assert.equal(closed(), null, "the peer may still read why");
});

test("RFC 9110 10.1.1 who waits for 100 gets it when the handler wants the body", async () => {
  const { asked, give, heard } = await stage();
  await give(frame(frameTypes.HEADERS, END_HEADERS, 1, post(["expect", "100-continue"])));
  assert.deepEqual(await heard(), []);
  const body = requestOf(asked, 0).body[Symbol.asyncIterator]();
  const next = body.next();
  assert.deepEqual(await heard(), ["100 #1"]);
  await give(frame(frameTypes.DATA, END_STREAM, 1, Buffer.from("x")));
  assert.equal((await next).done, false);
});

test("an answer that does not wait for its request's body ends the stream without an error", async () => {
  const client = peer((_request, reply) => reply.send(401, [], "no"));
  await client.heard();
  const said = await client.give(frame(frameTypes.HEADERS, END_HEADERS, 1, post()));
  assert.deepEqual(said, ["401 #1", "DATA 2 #1 end", "RST NO_ERROR #1"]);
  assert.deepEqual(await client.give(frame(frameTypes.DATA, 0, 1, Buffer.alloc(9))), []);
});

test("who resets a stream is gone for its handler, and the body that had begun breaks", async () => {
  const { asked, give } = await stage();
  await give(ask(1), frame(frameTypes.HEADERS, END_HEADERS, 3, post()));
  let gone = 0;
  for (const [, reply] of asked) reply.onGone(() => gone++);
  const next = requestOf(asked, 1).body[Symbol.asyncIterator]().next();
  const failed = assert.rejects(next, /before its body was complete/);
  await give(
    frame(frameTypes.RST_STREAM, 0, 1, word(8)),
    frame(frameTypes.RST_STREAM, 0, 3, word(8)),
  );
  await failed;
  assert.equal(gone, 2);
  asked[0]?.[1].put(whole(5));
});

test("RFC 9113 8.2.3 crumbs of a cookie are one field, and :authority is the Host", async () => {
  const { asked, give } = await stage();
  const fields = block(
    [":method", "GET"],
    [":scheme", "http"],
    [":authority", "x:1"],
    [":path", "/a?b=c"],
    ["cookie", "a=1"],
    ["cookie", "b=2"],
  );
  await give(frame(frameTypes.HEADERS, END_STREAM | END_HEADERS, 1, fields));
  const request = requestOf(asked, 0);
  assert.equal(request.headers.get("Cookie"), "a=1; b=2");
  assert.equal(request.headers.get("host"), "x:1");
  assert.deepEqual([request.path, request.query], ["/a", "b=c"]);
});

test("RFC 9113 6.8 a server that drains says so first, answers what is on its way, then names the last", async () => {
  const { asked, give, heard, clock, connection, state, socket, closed } = await stage();
  await give(ask(1));
  state.closing = true;
  connection.sweep(clock.monotonic());
  assert.deepEqual(await heard(), ["GOAWAY NO_ERROR 2147483647", "PING"]);
  await give(ask(3));
  assert.equal(asked.length, 2);
  const lastCall = frame(frameTypes.PING, 1, 0, Buffer.from("lastcall"));
  assert.deepEqual(await give(lastCall, ask(5)), ["GOAWAY NO_ERROR 3", "RST REFUSED_STREAM #5"]);
  for (const [, reply] of asked) reply.put(whole(1));
  assert.equal(socket.ended, true);
  assert.equal((await heard()).length, 4);
  socket.emit("end");
  assert.equal(closed(), "answered");
});

test("a connection without a request is closed in time, and a kept one later", async () => {
  const silent = peer();
  silent.clock.advance(ms(5_100));
  silent.connection.sweep(silent.clock.monotonic());
  assert.equal(silent.socket.ended, true);
  const kept = peer();
  await kept.give(ask(1));
  kept.clock.advance(ms(59_000));
  kept.connection.sweep(kept.clock.monotonic());
  assert.equal(kept.socket.ended, false);
  kept.clock.advance(ms(1_100));
  kept.connection.sweep(kept.clock.monotonic());
  assert.deepEqual((await kept.heard()).at(-1), "GOAWAY NO_ERROR 1");
  kept.clock.advance(ms(1_100));
  kept.connection.sweep(kept.clock.monotonic());
  assert.equal(kept.closed(), "idle");
});

test("10,000 mutated runs of frames end in answers, resets or one GOAWAY, never in an exception", () => {
  const seeds = [
    [ask(1), frame(6, 0, 0, Buffer.alloc(8)), ask(3)],
    [
      frame(1, END_HEADERS, 1, post()),
      frame(0, 0, 1, Buffer.alloc(300)),
      frame(0, END_STREAM, 1, Buffer.alloc(3)),
      windowUpdate(0, 5),
    ],
    [
      settings([4, 100], [1, 0]),
      ask(1),
      windowUpdate(1, 7),
      frame(3, 0, 1, word(8)),
      frame(2, 0, 1, Buffer.alloc(5)),
    ],
    [
      frame(1, END_STREAM, 1, get().subarray(0, 9)),
      frame(9, END_HEADERS, 1, get().subarray(9)),
      frame(7, 0, 0, Buffer.alloc(8)),
    ],
  ].map((frames) => Buffer.concat(frames));
  const mutation = fc.record({
    seed: fc.constantFrom(...seeds),
    cuts: fc.array(
      fc.record({ at: fc.nat(400), with: fc.uint8Array({ maxLength: 4 }), take: fc.nat(4) }),
      { minLength: 1, maxLength: 3 },
    ),
    split: fc.nat(400),
  });
  fc.assert(
    fc.property(mutation, ({ seed, cuts, split }) => {
      let bytes = seed;
      for (const cut of cuts) {
        const at = cut.at % bytes.length;
        bytes = Buffer.concat([bytes.subarray(0, at), cut.with, bytes.subarray(at + cut.take)]);
      }
      const { socket, connection, state } = peer((_request, reply) => reply.put(whole(300)));
      socket.emit("data", bytes.subarray(0, split));
      socket.emit("data", bytes.subarray(split));
      const reader = new FrameReader();
      let goodbyes = 0;
      reader.push(Buffer.concat(socket.written));
      for (let said = reader.next(); said; said = reader.next())
        if (said.type === frameTypes.GOAWAY) goodbyes++;
      assert.equal(goodbyes, socket.ended ? 1 : 0);
      connection.close("server-closed");
      for (const reason of state.closed.keys()) assert.ok(reason in closeReasons);
    }),
    { numRuns: 10_000, seed: 9113 },
  );
});

test("the preface may come byte by byte", async () => {
  const client = peer(undefined, { greet: false });
  for (const byte of PREFACE) await client.give(Buffer.from([byte]));
  assert.deepEqual((await client.give(settings(), ask(1))).slice(-2), ["200 #1", "DATA 2 #1 end"]);
});
