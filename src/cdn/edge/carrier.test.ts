import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { ms, utcMs } from "#base";
import { manualClock } from "#base/clock";
import { silentLog } from "#base/log";
import { UPSTREAM_HEAD_MS, UPSTREAM_IDLE_MS } from "./limits.ts";
import {
  kept,
  eventually,
  upstream,
  edgeOf,
  clientOf,
  text,
  Viewer,
  counts,
  growing,
} from "./stage.ts";

test("a thousand waiters cost one request upstream, and each gets every byte as it comes", async (t) => {
  const play = growing();
  const edge = await edgeOf(t, await upstream(t, play.handler));
  const client = clientOf(t);
  const viewers = Array.from(
    { length: 1_000 },
    () => new Viewer(client, `${edge.url}/match/v/1.m4s`),
  );
  await eventually(() => viewers.every((viewer) => viewer.status === 200));
  play.body?.write(Buffer.from("first,"));
  await eventually(() => viewers.every((viewer) => viewer.got === "first,"));
  play.body?.write(Buffer.from("second"));
  play.body?.end();
  await eventually(() => viewers.every((viewer) => viewer.ended));
  assert.ok(viewers.every((viewer) => viewer.got === "first,second"));
  assert.equal(play.asked, 1);
  const told = await counts(client, edge);
  assert.deepEqual([told.miss, told.collapsed, told.stored], [1, 999, 1]);
});

test("requests that are held upstream collapse before there is any answer", async (t) => {
  let answer: (() => void) | null = null;
  let asked = 0;
  const server = await upstream(t, (_request, reply) => {
    asked++;
    answer = () => reply.send(200, [kept], "playlist");
  });
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const url = `${edge.url}/match/v.m3u8?_HLS_msn=5&_HLS_part=1`;
  const viewers = [1, 2, 3].map((n) => new Viewer(client, `${url}&CMCD=sid%3D%22s${n}%22`));
  await eventually(async () => answer !== null && (await counts(client, edge)).collapsed === 2);
  (answer as unknown as () => void)();
  await eventually(() => viewers.every((viewer) => viewer.ended));
  assert.equal(asked, 1);
  assert.ok(viewers.every((viewer) => viewer.got === "playlist"));
});

test("a late joiner gets every byte", async (t) => {
  const play = growing();
  const edge = await edgeOf(t, await upstream(t, play.handler));
  const client = clientOf(t);
  const url = `${edge.url}/o.m4s`;
  const first = new Viewer(client, url);
  await eventually(() => first.status === 200);
  play.body?.write(Buffer.from("ab"));
  play.body?.write(Buffer.from("cd"));
  await eventually(() => first.got === "abcd");
  const late = new Viewer(client, url);
  await eventually(() => late.got === "abcd");
  play.body?.write(Buffer.from("ef"));
  play.body?.end();
  await eventually(() => first.ended && late.ended);
  assert.equal(late.got, "abcdef");
});

test("a stored object is answered without the upstream, with its age", async (t) => {
  let asked = 0;
  const server = await upstream(t, (_request, reply) => {
    asked++;
    reply.send(200, [kept, ["Age", "7"], ["ETag", '"a"'], ["Content-Type", "video/mp4"]], "whole");
  });
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  for (const source of [
    "fwd=uri-miss; fwd-status=200; ttl=52; stored",
    "hit; ttl=52",
    "hit; ttl=52",
  ]) {
    const answer = await client.fetch({
      method: "GET",
      url: `${edge.url}/a/v/1.m4s?CMCD=br%3D${asked}`,
    });
    assert.equal(text(answer.body), "whole");
    assert.equal(answer.headers.get("content-type"), "video/mp4");
    assert.equal(answer.headers.get("cache-status"), `e1; ${source}`);
    assert.equal(answer.headers.get("age"), "7");
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  }
  assert.equal(asked, 1);
});

test("a truncated body is never stored, and its waiters see that it broke", async (t) => {
  for (const fields of [[kept], [kept, ["Content-Length", "100"] as const]]) {
    const play = growing(fields);
    const edge = await edgeOf(t, await upstream(t, play.handler));
    const client = clientOf(t);
    const url = `${edge.url}/o.m4s`;
    const viewers = [new Viewer(client, url), new Viewer(client, url)];
    await eventually(() => viewers.every((viewer) => viewer.status === 200));
    play.body?.write(Buffer.from("half"));
    await eventually(() => viewers.every((viewer) => viewer.got === "half"));
    play.body?.abort();
    await eventually(() => viewers.every((viewer) => viewer.over));
    assert.ok(viewers.every((viewer) => viewer.error?.code === "http/broken"));
    const next = new Viewer(client, url);
    await eventually(() => play.asked === 2 && next.status === 200);
    play.body?.write(Buffer.alloc(100, "x"));
    play.body?.end();
    await eventually(() => next.ended);
    assert.equal(next.got, "x".repeat(100));
    const told = await counts(client, edge);
    assert.deepEqual([told.upstreamBroke, told.stored], [1, 1]);
  }
});

test("a body that ends with its connection is passed on and not kept", async (t) => {
  let asked = 0;
  const server = await upstream(t, (_request, reply) => {
    asked++;
    reply.send(200, [kept], "x");
  });
  // A relay that turns the answer into one of HTTP/1.0, which has no other end.
  const old = createServer((socket) => {
    socket.once("data", () =>
      socket.end("HTTP/1.0 200 OK\r\nCache-Control: max-age=60\r\n\r\nold"),
    );
    asked++;
  }).listen(0, "127.0.0.1");
  await once(old, "listening");
  t.after(() => old.close());
  const edge = await edgeOf(t, server, {
    upstreams: [`http://127.0.0.1:${(old.address() as { port: number }).port}`],
  });
  const client = clientOf(t);
  for (let round = 0; round < 2; round++)
    assert.equal(text((await client.fetch({ method: "GET", url: `${edge.url}/o` })).body), "old");
  assert.equal(asked, 2);
});

test("a channel's no-store is for those who wait, and not for those who come after", async (t) => {
  let asked = 0;
  let answer: (() => void) | null = null;
  const server = await upstream(t, (_request, reply) => {
    asked++;
    answer = () => reply.send(404, [["Cache-Control", "no-store"]], "not yet");
  });
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const viewers = [1, 2].map(() => new Viewer(client, `${edge.url}/match/v/1.0.m4s`));
  await eventually(async () => answer !== null && (await counts(client, edge)).collapsed === 1);
  (answer as unknown as () => void)();
  await eventually(() => viewers.every((viewer) => viewer.ended));
  assert.deepEqual(
    viewers.map((viewer) => [viewer.status, viewer.got]),
    [
      [404, "not yet"],
      [404, "not yet"],
    ],
  );
  answer = null;
  const next = new Viewer(client, `${edge.url}/match/v/1.0.m4s`);
  await eventually(() => answer !== null);
  (answer as unknown as () => void)();
  await eventually(() => next.ended);
  assert.equal(asked, 2);
});

test("a private answer reaches the one it was made for; each other is fetched its own", async (t) => {
  const answers: (() => void)[] = [];
  const server = await upstream(t, (_request, reply) => {
    const mine = answers.length;
    answers.push(() => reply.send(200, [["Cache-Control", "private, max-age=60"]], `for ${mine}`));
  });
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const viewers = [1, 2, 3].map(() => new Viewer(client, `${edge.url}/o`));
  await eventually(async () => (await counts(client, edge)).collapsed === 2);
  answers[0]?.();
  await eventually(() => answers.length === 3);
  answers[1]?.();
  answers[2]?.();
  await eventually(() => viewers.every((viewer) => viewer.ended));
  assert.deepEqual(viewers.map((viewer) => viewer.got).sort(), ["for 0", "for 1", "for 2"]);
});

test("a viewer who leaves is forgotten, and the object still fills the cache", async (t) => {
  const play = growing();
  const edge = await edgeOf(t, await upstream(t, play.handler));
  const client = clientOf(t);
  const viewer = new Viewer(client, `${edge.url}/o`);
  await eventually(() => viewer.status === 200);
  viewer.abort();
  await eventually(async () => (await counts(client, edge)).viewerGone === 1);
  play.body?.write(Buffer.from("all"));
  play.body?.end();
  await eventually(async () => (await counts(client, edge)).stored === 1);
  const answer = await client.fetch({ method: "GET", url: `${edge.url}/o` });
  assert.equal(text(answer.body), "all");
  assert.equal(play.asked, 1);
});

test("a viewer who takes nothing is cut and counted; the others are not touched", async (t) => {
  const play = growing();
  const edge = await edgeOf(t, await upstream(t, play.handler));
  const client = clientOf(t);
  const socket: Socket = connect(Number(new URL(edge.url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  socket.pause();
  socket.write("GET /o HTTP/1.1\r\nHost: x\r\n\r\n");
  const reader = new Viewer(client, `${edge.url}/o`);
  await eventually(() => play.body !== null);
  const block = Buffer.alloc(1024 * 1024, "x");
  for (let size = 0; size < 24; size++) {
    play.body?.write(block);
    const upTo = (size + 1) * block.length;
    await eventually(() => reader.got.length === upTo);
  }
  play.body?.end();
  await eventually(() => reader.ended);
  const { body } = await client.fetch({ method: "GET", url: `${edge.url}/status` });
  const status = JSON.parse(text(body)) as { server: { closed: Record<string, number> } };
  assert.equal(status.server.closed["slow-reader"], 1);
  socket.destroy();
});

test("an upstream that hangs is answered with 504, and one that stops within an object cuts its waiters", async (t) => {
  const play = growing();
  const server = await upstream(t, (request, reply) => {
    if (request.path === "/grows") play.handler(request, reply);
  });
  const clock = manualClock(utcMs(0));
  const edge = await edgeOf(t, server, {}, { clock, log: silentLog });
  const client = clientOf(t);
  const viewers = ["/hangs", "/grows"].map((path) => new Viewer(client, edge.url + path));
  const [hanging, cut] = viewers as [Viewer, Viewer];
  await eventually(() => cut.status === 200);
  play.body?.write(Buffer.from("half"));
  await eventually(() => cut.got === "half");
  clock.advance(ms(UPSTREAM_IDLE_MS + 1));
  await eventually(() => cut.error?.code === "http/broken");
  assert.equal(hanging.status, 0);
  clock.advance(ms(UPSTREAM_HEAD_MS - UPSTREAM_IDLE_MS));
  await eventually(() => hanging.ended);
  assert.equal(hanging.status, 504);
  assert.match(hanging.got, /edge\/upstream-slow/);
});
