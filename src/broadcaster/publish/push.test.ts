import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type Handler, HttpClient, serve } from "#http";
import { PUSH_BUFFER_BYTES } from "../limits.ts";
import { Push } from "./push.ts";
import type { Fragment } from "./track.ts";

const context = { clock: systemClock, log: silentLog };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const header = Buffer.from("header");

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let look = 0; !holds(); look++) {
    if (look > 1_000) assert.fail(`waited in vain: ${what}`);
    await systemClock.sleep(ms(5));
  }
}

/** A fragment of a segment of four. */
function piece(segment: number, index: number, bytes = `${segment}.${index} `): Fragment {
  return {
    position: { segment, part: index },
    bytes: Buffer.from(bytes),
    first: index === 0,
    last: index === 3,
  };
}

function sendSegment(push: Push, segment: number): void {
  for (let index = 0; index < 4; index++) push.fragment(piece(segment, index));
}

/** Every request with its body as it came, chunk by chunk. */
interface Seen {
  readonly path: string;
  readonly chunks: string[];
  ended: boolean;
}

function recording(answer: (seen: Seen) => number = () => 200): { seen: Seen[]; handler: Handler } {
  const seen: Seen[] = [];
  const handler: Handler = async (request, reply) => {
    const one: Seen = { path: request.path, chunks: [], ended: false };
    seen.push(one);
    try {
      for await (const bytes of request.body) one.chunks.push(text(bytes));
    } catch {
      return; // the sender went
    }
    one.ended = true;
    reply.send(answer(one), [], answer(one) < 300 ? "" : "no room");
  };
  return { seen, handler };
}

function pushing(t: TestContext, url: string): Push {
  const client = new HttpClient(context);
  const push = new Push(`${url}/ingest/match/v360`, { ...context, client });
  t.after(async () => {
    await push.close();
    await client.close();
  });
  return push;
}

test("the header goes first, then a request a segment, each fragment the moment it is there", async (t) => {
  const { seen, handler } = recording();
  const server = await serve({ port: 0, handler }, context);
  t.after(() => server.close());
  const push = pushing(t, server.url);
  push.header(header);
  await until("the header was taken", () => push.connected);
  for (let index = 0; index < 4; index++) {
    push.fragment(piece(7, index));
    await until("the fragment came alone", () => seen[1]?.chunks.length === index + 1);
  }
  await until("the segment was taken", () => push.counters.delivered === 1);
  push.header(Buffer.from(header));
  sendSegment(push, 8);
  await until("the next one too", () => push.counters.delivered === 2);
  assert.deepEqual(
    seen.map(({ path, chunks }) => [path, chunks.join("")]),
    [
      ["/ingest/match/v360/init.mp4", "header"],
      ["/ingest/match/v360/7.m4s", "7.0 7.1 7.2 7.3 "],
      ["/ingest/match/v360/8.m4s", "8.0 8.1 8.2 8.3 "],
    ],
  );
  assert.equal(push.counters.dropped + push.counters.reconnects, 0);
});

test("while the origin is away only the latest segment is kept; when it is back the header goes first again", async (t) => {
  const first = recording();
  let server = await serve({ port: 0, handler: first.handler }, context);
  const { url, port } = server;
  const push = pushing(t, url);
  push.header(header);
  await until("the header was taken", () => push.connected);
  push.fragment(piece(1, 0));
  await until("the fragment came", () => first.seen.length === 2);
  await server.close();
  await until("the loss was seen", () => !push.connected);
  for (let index = 1; index < 4; index++) push.fragment(piece(1, index));
  sendSegment(push, 2);
  push.fragment(piece(3, 0));
  push.fragment(piece(3, 1));
  assert.equal(push.counters.dropped, 2, "what is too old is dropped and counted");
  assert.match(push.lastError ?? "", /broadcaster\/ingest-lost/);

  const again = recording();
  server = await serve({ port, handler: again.handler }, context);
  t.after(() => server.close());
  await until("the way is open again", () => push.connected);
  push.fragment(piece(3, 2));
  push.fragment(piece(3, 3));
  await until("the segment was taken", () => push.counters.delivered === 1);
  assert.deepEqual(
    again.seen.map(({ path, chunks }) => [path, chunks.join("")]),
    [
      ["/ingest/match/v360/init.mp4", "header"],
      ["/ingest/match/v360/3.m4s", "3.0 3.1 3.2 3.3 "],
    ],
  );
});

test("a refused segment is counted with the origin's words, and the header is sent again before the next", async (t) => {
  const { seen, handler } = recording(({ path }) => (path.endsWith("/5.m4s") ? 409 : 200));
  const server = await serve({ port: 0, handler }, context);
  t.after(() => server.close());
  const push = pushing(t, server.url);
  push.header(header);
  await until("the header was taken", () => push.connected);
  sendSegment(push, 5);
  await until("the refusal was seen", () => push.counters.dropped === 1);
  assert.match(push.lastError ?? "", /409.*no room.*broadcaster\/ingest-refused/);
  await until("the way is open again", () => push.connected);
  sendSegment(push, 6);
  await until("the next was taken", () => push.counters.delivered === 1);
  assert.deepEqual(
    seen.map(({ path }) => path.split("/").at(-1)),
    ["init.mp4", "5.m4s", "init.mp4", "6.m4s"],
  );
});

test("a segment larger than the buffer is dropped while the origin is away, not kept", async (t) => {
  const push = pushing(t, "http://127.0.0.1:1");
  push.header(header);
  const large = "x".repeat(PUSH_BUFFER_BYTES / 2);
  push.fragment(piece(1, 0, large));
  for (let index = 1; index < 3; index++) push.fragment({ ...piece(1, index, large), last: false });
  push.fragment(piece(1, 3, large));
  assert.equal(push.counters.dropped, 1);
  assert.equal(push.counters.delivered, 0);
});

test("a segment that begins in the middle is not sent", async (t) => {
  const { seen, handler } = recording();
  const server = await serve({ port: 0, handler }, context);
  t.after(() => server.close());
  const push = pushing(t, server.url);
  push.header(header);
  await until("the header was taken", () => push.connected);
  push.fragment(piece(4, 2));
  push.fragment(piece(4, 3));
  sendSegment(push, 5);
  await until("the whole one was taken", () => push.counters.delivered === 1);
  assert.deepEqual(
    seen.map(({ path }) => path.split("/").at(-1)),
    ["init.mp4", "5.m4s"],
  );
});
