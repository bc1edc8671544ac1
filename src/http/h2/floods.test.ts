// What an attacker may do on a connection of HTTP/2, and what becomes of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ms } from "#base";
import { Burst } from "../burst.ts";
import { httpLimits } from "../limits.ts";
import {
  ask,
  block,
  END_HEADERS,
  END_STREAM,
  frame,
  get,
  type Peer,
  peer,
  settings,
  windowUpdate,
  word,
} from "./fixtures/peer.ts";
import { CONTROL_FRAMES, RESETS, WINDOW_UPDATES } from "./limits.ts";

const silent = (): void => undefined;
const many = (count: number, make: (at: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => make(at)));
const idOf = (at: number): number => 2 * at + 1;
const broken = block([":method", "GET"]);

interface Flood {
  readonly of: string;
  /** So many frames pass, and one more does not. */
  readonly passes: number;
  readonly make: (at: number) => Buffer;
  readonly reason: string;
  readonly first?: Buffer;
}

const floods: readonly Flood[] = [
  {
    of: "streams opened and reset (CVE-2023-44487)",
    passes: RESETS.burst,
    make: (at) => Buffer.concat([ask(idOf(at)), frame(3, 0, idOf(at), word(8))]),
    reason: "h2-reset-flood",
  },
  {
    of: "streams that the server has to reset (CVE-2025-8671)",
    passes: RESETS.burst,
    make: (at) => Buffer.concat([ask(idOf(at)), windowUpdate(idOf(at), 0)]),
    reason: "h2-reset-flood",
  },
  {
    of: "malformed requests",
    passes: RESETS.burst,
    make: (at) => frame(1, END_STREAM | END_HEADERS, idOf(at), broken),
    reason: "h2-reset-flood",
  },
  {
    of: "header blocks without fields",
    passes: RESETS.burst,
    make: (at) => frame(1, END_STREAM | END_HEADERS, idOf(at)),
    reason: "h2-reset-flood",
  },
  {
    of: "CONTINUATION with bytes (CVE-2024-27316)",
    passes: 3,
    first: frame(1, END_STREAM, 1, get()),
    make: () => frame(9, 0, 1, Buffer.alloc(4_096)),
    reason: "h2-head-flood",
  },
  {
    of: "empty CONTINUATION",
    passes: 8,
    first: frame(1, END_STREAM, 1, get()),
    make: () => frame(9, 0, 1),
    reason: "h2-head-flood",
  },
  {
    of: "PING",
    passes: CONTROL_FRAMES.burst - 1,
    make: () => frame(6, 0, 0, Buffer.alloc(8)),
    reason: "h2-control-flood",
  },
  {
    of: "SETTINGS",
    passes: CONTROL_FRAMES.burst - 1,
    make: () => settings([4, 9]),
    reason: "h2-control-flood",
  },
  {
    of: "PRIORITY",
    passes: CONTROL_FRAMES.burst - 1,
    make: (at) => frame(2, 0, idOf(at), Buffer.alloc(5)),
    reason: "h2-control-flood",
  },
  {
    of: "frames of unknown types",
    passes: CONTROL_FRAMES.burst - 1,
    make: () => frame(77, 0, 0),
    reason: "h2-control-flood",
  },
  {
    of: "empty DATA",
    passes: CONTROL_FRAMES.burst - 1,
    first: frame(
      1,
      END_HEADERS,
      1,
      block([":method", "POST"], [":scheme", "http"], [":authority", "x"], [":path", "/"]),
    ),
    make: () => frame(0, 0, 1),
    reason: "h2-control-flood",
  },
  {
    of: "resets of streams that have ended",
    passes: CONTROL_FRAMES.burst - 2,
    first: Buffer.concat([ask(1), frame(3, 0, 1, word(8)), frame(3, 0, 1, word(8))]),
    make: () => frame(3, 0, 1, word(8)),
    reason: "h2-control-flood",
  },
  {
    of: "WINDOW_UPDATE",
    passes: WINDOW_UPDATES.burst,
    make: () => windowUpdate(0, 1),
    reason: "h2-control-flood",
  },
];

for (const { of, passes, make, reason, first } of floods)
  test(`a flood of ${of} ends its connection, and is counted`, async () => {
    const client = peer(silent);
    if (first) client.socket.emit("data", first);
    client.socket.emit("data", many(passes, make));
    turns(client);
    assert.equal(client.socket.ended, false, "so many pass");
    client.socket.emit(
      "data",
      many(2, (at) => make(passes + at)),
    );
    turns(client);
    const said = await client.heard();
    assert.match(said.at(-1) as string, /^GOAWAY ENHANCE_YOUR_CALM/);
    assert.equal(client.socket.ended, true);
    client.socket.emit("end");
    assert.equal(client.closed(), reason);
    assert.ok(client.socket.bytesWritten < 32_768);
  });

/** Very many requests at once are taken in several turns. */
function turns(client: Peer): void {
  for (let turn = 0; turn < 4; turn++) client.clock.advance(ms(1));
}

test("what a flood sends slowly enough passes: a player that seeks all evening is no attacker", async () => {
  const client = peer(silent);
  for (let second = 0; second < 120; second++) {
    client.clock.advance(ms(1_000));
    const given = many(RESETS.perSecond, (at) => {
      const id = idOf(second * RESETS.perSecond + at);
      return Buffer.concat([ask(id), frame(3, 0, id, word(8))]);
    });
    client.socket.emit("data", given);
  }
  assert.equal(client.socket.ended, false);
});

test("windows opened a byte at a time end the connection", async () => {
  const client = peer((_request, reply) => reply.send(200, [], new Uint8Array(100_000)));
  await client.give(settings([4, 1]), ask(1));
  for (let round = 0; round < 600 && !client.socket.ended; round++)
    client.socket.emit("data", windowUpdate(1, 1));
  client.socket.emit("end");
  assert.equal(client.closed(), "h2-control-flood");
  assert.ok((await client.heard()).length <= CONTROL_FRAMES.burst + 10);
});

test("a bomb of header references is answered 431, and costs no more than a head may", async () => {
  const client = peer();
  await client.heard();
  const entry = Buffer.concat([Buffer.from("4001617fb916", "hex"), Buffer.alloc(3_000, 0x76)]);
  const bomb = Buffer.concat([get(), entry, Buffer.alloc(12_000, 0xbe)]);
  const before = process.memoryUsage().heapUsed;
  const said: string[] = [];
  for (let at = 0; at < 50; at++)
    said.push(...(await client.give(frame(1, END_STREAM | END_HEADERS, idOf(at), bomb))));
  assert.ok(process.memoryUsage().heapUsed - before < 32 * 1024 * 1024);
  assert.equal(said[0], "431 #1");
  assert.equal(client.state.refused.get("head-too-large"), 50);
  assert.deepEqual((await client.give(ask(201))).at(0), "200 #201", "the table is still in step");
});

const large = new Burst(
  { status: 200, headers: [], length: 150_000 },
  [Buffer.alloc(150_000)],
  true,
  false,
);

test("windows that stay shut: each stream is given up, nothing new is begun above the backlog, others are answered", async () => {
  const client = peer((request, reply) => {
    if (request.path === "/small") reply.send(204, []);
    else reply.put(large);
  });
  await client.heard();
  await client.give(settings([4, 0]));
  const asked = await client.give(many(100, (at) => ask(idOf(at))));
  assert.equal(
    asked.filter((what) => what.startsWith("RST REFUSED_STREAM")).length,
    100 - Math.ceil(httpLimits.backlogBytes / 150_000),
  );
  assert.ok((client.state.refused.get("backlogged-connection") as number) > 0);
  sweep(client, 10_000);
  assert.deepEqual(await client.heard(), []);
  sweep(client, 6_000);
  const resets = (await client.heard()).filter((what) => what.startsWith("RST ENHANCE_YOUR_CALM"));
  assert.equal(client.state.refused.get("slow-stream"), resets.length);
  assert.equal(resets.length, Math.ceil(httpLimits.backlogBytes / 150_000));
  assert.deepEqual(await client.give(ask(301, "/small")), ["204 #301 end"]);
});

test("a reader who takes nothing is cut, and until then holds no more than the backlog", async () => {
  const client = peer((_request, reply) => reply.put(large));
  await client.heard();
  await client.give(settings([4, 2 ** 30]), windowUpdate(0, 2 ** 30));
  client.socket.stalled = true;
  await client.give(many(100, (at) => ask(idOf(at))));
  assert.ok(
    client.socket.writableLength < 256 * 1024,
    `${client.socket.writableLength} bytes copied`,
  );
  sweep(client, 16_000);
  assert.equal(client.closed(), "write-stalled");
  assert.equal(client.socket.destroyed, true);
});

test("a live stream whose reader is too slow is reset, the others on its connection go on", async () => {
  const replies: Parameters<Parameters<typeof peer>[0] & object>[1][] = [];
  const client = peer((_request, reply) => void replies.push(reply));
  await client.heard();
  await client.give(settings([4, 0]), ask(1), ask(3));
  const [slow, other] = replies;
  const piece = (head: boolean): Burst =>
    new Burst(
      head ? { status: 200, headers: [], length: null } : null,
      [Buffer.alloc(1_000_000)],
      false,
      true,
    );
  let gone = false;
  slow?.onGone(() => (gone = true));
  other?.put(
    new Burst({ status: 200, headers: [], length: null }, [Buffer.from("live")], false, true),
  );
  for (let at = 0; at < 12; at++) slow?.put(piece(at === 0));
  const said = await client.heard();
  assert.ok(said.includes("RST ENHANCE_YOUR_CALM #1"), said.join());
  assert.equal(gone, true);
  assert.equal(client.state.refused.get("slow-stream"), 1);
  assert.deepEqual(await client.give(windowUpdate(3, 10)), ["DATA 4 #3"]);
});

test("a header block that comes too slowly ends its connection", async () => {
  const client = peer(silent);
  await client.give(frame(1, END_STREAM, 1, get()));
  sweep(client, 5_250);
  assert.equal(client.state.refused.get("slow-head"), 1);
  assert.match((await client.heard()).at(-1) as string, /GOAWAY ENHANCE_YOUR_CALM/);
});

test("a body that stops coming breaks for its handler", async () => {
  let why: unknown;
  const client = peer(async (request, reply) => {
    for await (const bytes of request.body) if (bytes.length === 0) return;
    reply.send(204, []);
  });
  client.state.log.debug = (facts: unknown) => (why = facts);
  await client.give(
    frame(
      1,
      END_HEADERS,
      1,
      block([":method", "PUT"], [":scheme", "http"], [":authority", "x"], [":path", "/"]),
    ),
  );
  sweep(client, 10_250);
  const said = await client.heard();
  assert.equal(said[0], "408 #1", String(why));
  assert.equal(client.state.refused.get("slow-body"), 1);
});

test("a body above the limit breaks for its handler, and the rest of it is dropped", async () => {
  const client = peer(async (request, reply) => {
    for await (const bytes of request.body) if (bytes.length === 0) return;
    reply.send(204, []);
  });
  Object.assign(client.state.limits, { bodyBytes: 20_000 });
  await client.heard();
  const upload = frame(
    1,
    END_HEADERS,
    1,
    block([":method", "PUT"], [":scheme", "http"], [":authority", "x"], [":path", "/"]),
  );
  const said = await client.give(
    upload,
    many(3, () => frame(0, 0, 1, Buffer.alloc(16_000))),
  );
  assert.ok(said.includes("413 #1"), said.join());
  assert.equal(client.state.refused.get("body-too-large"), 1);
});

/** Time goes by, and deadlines are looked at as the server looks at them. */
function sweep({ clock, connection }: Peer, duration: number): void {
  for (let left = duration; left > 0; left -= 250) {
    clock.advance(ms(Math.min(250, left)));
    connection.sweep(clock.monotonic());
  }
}
