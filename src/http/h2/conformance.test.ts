import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { PREFACE } from "./frames.ts";
import { answered, away, BOTH, clauses, OPAQUE, open, reset } from "./fixtures/clauses.ts";
import { ask, block, frame, peer, SETTINGS, windowUpdate, word } from "./fixtures/peer.ts";

for (const [promise, given, said] of clauses)
  test(`RFC 9113 ${promise}`, async () => {
    const client = peer(async (request, reply) => {
      for await (const bytes of request.body) assert.ok(bytes.length > 0);
      reply.send(200, [], "ok");
    });
    await client.heard();
    const heard: string[] = [];
    for (const bytes of given) heard.push(...(await client.give(bytes)));
    assert.deepEqual(
      heard.filter((what) => what !== "SETTINGS ack"),
      said,
    );
    const fault = said.some((what) => what.startsWith("GOAWAY"));
    assert.equal(client.socket.ended, fault);
    if (fault) client.socket.emit("end");
    assert.equal(client.closed(), fault ? "h2-broke-rules" : null);
    if (fault || said.length === 0) return;
    const after = await client.give(ask(101));
    assert.deepEqual(after.slice(-2), answered(101), "the connection goes on");
  });

test("RFC 9113 3.4 the server speaks first, and acknowledges the client's settings", async () => {
  const client = peer(undefined, { greet: false });
  assert.deepEqual(await client.heard(), ["SETTINGS", "WINDOW 983041 #0"]);
  assert.deepEqual(await client.give(PREFACE.subarray(0, 7)), []);
  assert.deepEqual(await client.give(PREFACE.subarray(7), SETTINGS), ["SETTINGS ack"]);
});

test("RFC 9113 3.4 without its preface a connection ends", async () => {
  const client = peer(undefined, { greet: false });
  await client.heard();
  assert.deepEqual(
    await client.give(Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")),
    away("PROTOCOL_ERROR"),
  );
});

test("RFC 9113 3.4 the first frame is SETTINGS", async () => {
  const client = peer(undefined, { greet: false });
  await client.heard();
  assert.deepEqual(await client.give(PREFACE, ask(1)), away("PROTOCOL_ERROR"));
});

/** A handler that never answers keeps a stream open. */
const silent = (): void => undefined;

test("RFC 9113 5.1.2 a stream above the limit is refused, and one that ends makes room", async () => {
  const client = peer(silent);
  await client.heard();
  const ids = Array.from({ length: 129 }, (_, at) => 2 * at + 1);
  assert.deepEqual(await client.give(...ids.map((id) => ask(id))), []);
  client.clock.advance(ms(1)); // so many at once are taken in two turns
  assert.deepEqual(await client.heard(), reset("REFUSED_STREAM", 257));
  assert.equal(client.state.refused.get("too-many-streams"), 1);
  assert.deepEqual(await client.give(frame(3, 0, 1, word(8)), ask(259)), []);
});

test("RFC 9113 5.1 frames on their way to a stream that was reset here are let pass", async () => {
  const client = peer(silent);
  await client.heard();
  const given = [
    open(1),
    windowUpdate(1, 0),
    frame(0, 0, 1, OPAQUE),
    frame(1, BOTH, 1, block(["a", "b"])),
    frame(6, 0, 0, OPAQUE),
  ];
  assert.deepEqual(await client.give(...given), [...reset("PROTOCOL_ERROR"), "PING ack"]);
});
