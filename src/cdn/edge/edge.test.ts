import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { type Ms, ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import {
  type BodyStream,
  type Handler,
  HttpClient,
  type HttpReply,
  type HttpServer,
  type ReceivedHeaders,
  serve,
} from "#http";
import { heartbeatSchema, hopsSchema, parseJson } from "#protocol";
import { type EdgeHandle, startEdge, type EdgeOptions, type Reason } from "./index.ts";

const context = { clock: systemClock, log: silentLog };
const kept: readonly [string, string] = ["Cache-Control", "public, max-age=60"];

async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(ms(2) as Ms);
}

async function upstream(t: TestContext, handler: Handler): Promise<HttpServer> {
  const server = await serve({ port: 0, handler, limits: { drainMs: 10 } }, context);
  t.after(() => server.close());
  return server;
}

async function edgeOf(
  t: TestContext,
  server: HttpServer,
  more: Partial<EdgeOptions> = {},
): Promise<EdgeHandle> {
  const edge = await startEdge(
    {
      port: 0,
      id: "e1",
      upstream: server.url,
      directorUrl: null,
      telemetryUrl: null,
      capacityMbps: 1_000,
      cacheBytes: 8 * 1024 * 1024,
      ...more,
    },
    context,
  );
  t.after(() => edge.close());
  return edge;
}

function clientOf(t: TestContext): HttpClient {
  const client = new HttpClient(context, { connectionsPerHost: 2_000 });
  t.after(() => client.close());
  return client;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** A viewer of one object. */
class Viewer {
  status = 0;
  headers: ReceivedHeaders | null = null;
  got = "";
  ended = false;
  error: (Error & { code?: string }) | null = null;
  readonly abort: () => void;

  constructor(
    client: HttpClient,
    url: string,
    headers: readonly (readonly [string, string])[] = [],
    method = "GET",
  ) {
    const pending = client.request(
      { method, url, headers },
      {
        head: (status, received) => {
          this.status = status;
          this.headers = received;
        },
        data: (bytes) => (this.got += text(bytes)),
        chunkEnd: () => undefined,
        end: () => (this.ended = true),
        fail: (error) => (this.error = error),
      },
    );
    this.abort = () => pending.abort();
  }

  get over(): boolean {
    return this.ended || this.error !== null;
  }
}

async function counts(client: HttpClient, edge: EdgeHandle): Promise<Record<Reason, number>> {
  const { body } = await client.fetch({ method: "GET", url: `${edge.url}/status` });
  return (JSON.parse(text(body)) as { reasons: Record<Reason, number> }).reasons;
}

/** An upstream with one object that grows when told to. */
function growing(fields: readonly (readonly [string, string])[] = [kept]): {
  handler: Handler;
  asked: number;
  body: BodyStream | null;
} {
  const play = {
    asked: 0,
    body: null as BodyStream | null,
    handler: (_request: unknown, reply: HttpReply) => {
      play.asked++;
      play.body = reply.stream(200, [...fields, ["ETag", '"g"']]);
    },
  };
  return play;
}

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
  for (const source of ["fwd=uri-miss", "hit", "hit"]) {
    const answer = await client.fetch({
      method: "GET",
      url: `${edge.url}/a/1.m4s?CMCD=br%3D${asked}`,
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
  const { createServer } = await import("node:net");
  const old = createServer((socket) => {
    socket.once("data", () =>
      socket.end("HTTP/1.0 200 OK\r\nCache-Control: max-age=60\r\n\r\nold"),
    );
    asked++;
  }).listen(0, "127.0.0.1");
  await once(old, "listening");
  t.after(() => old.close());
  const edge = await edgeOf(t, server, {
    upstream: `http://127.0.0.1:${(old.address() as { port: number }).port}`,
  });
  const client = clientOf(t);
  for (let round = 0; round < 2; round++)
    assert.equal(text((await client.fetch({ method: "GET", url: `${edge.url}/o` })).body), "old");
  assert.equal(asked, 2);
});

test("no-store is for those who wait, and not for those who come after", async (t) => {
  let asked = 0;
  let answer: (() => void) | null = null;
  const server = await upstream(t, (_request, reply) => {
    asked++;
    answer = () => reply.send(404, [["Cache-Control", "no-store"]], "not yet");
  });
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const viewers = [1, 2].map(() => new Viewer(client, `${edge.url}/o`));
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
  const next = new Viewer(client, `${edge.url}/o`);
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

test("what has outlived its time is fetched anew", async (t) => {
  let asked = 0;
  const server = await upstream(t, (_request, reply) =>
    reply.send(
      200,
      [
        ["Cache-Control", "max-age=10"],
        ["Age", asked === 0 ? "9" : "0"],
      ],
      String(asked++),
    ),
  );
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const get = async (): Promise<string> =>
    text((await client.fetch({ method: "GET", url: `${edge.url}/o` })).body);
  assert.equal(await get(), "0");
  await eventually(async () => (await get()) === "1");
  assert.equal((await counts(client, edge)).expired, 1);
});

test("a dead upstream is answered with 502, a code and a cure", async (t) => {
  const server = await upstream(t, () => undefined);
  const edge = await edgeOf(t, server);
  await server.close();
  const answer = await clientOf(t).fetch({ method: "GET", url: `${edge.url}/o` });
  const body = JSON.parse(text(answer.body)) as { code: string; cure: string };
  assert.equal(answer.status, 502);
  assert.equal(body.code, "edge/upstream-down");
  assert.match(body.cure, /another edge/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
});

test("ranges of a stored object, and of one that grows", async (t) => {
  const play = growing();
  const edge = await edgeOf(t, await upstream(t, play.handler));
  const client = clientOf(t);
  const url = `${edge.url}/o.m4s`;
  const ask = (range: string): Viewer => new Viewer(client, url, [["Range", range]]);
  const growingOnes = ["bytes=2-4", "bytes=4-999999999999", "bytes=3-", "bytes=-2"].map(ask);
  await eventually(() => growingOnes.every((viewer) => viewer.status !== 0));
  play.body?.write(Buffer.from("012"));
  play.body?.write(Buffer.from("3456"));
  const [closed, veryLarge, open, suffix] = growingOnes as [Viewer, Viewer, Viewer, Viewer];
  await eventually(() => closed.ended);
  assert.deepEqual(
    [closed.status, closed.got, closed.headers?.get("content-range")],
    [206, "234", "bytes 2-4/*"],
  );
  play.body?.write(Buffer.from("789"));
  play.body?.end();
  await eventually(() => growingOnes.every((viewer) => viewer.ended));
  assert.deepEqual([veryLarge.status, veryLarge.got], [206, "456789"]);
  assert.deepEqual([open.status, open.got], [200, "0123456789"]);
  assert.deepEqual([suffix.status, suffix.got], [200, "0123456789"]);

  const stored = [
    "bytes=2-4",
    "bytes=8-99",
    "bytes=7-",
    "bytes=-2",
    "bytes=10-",
    "bytes=0-1,3-4",
  ].map(ask);
  await eventually(() => stored.every((viewer) => viewer.ended));
  assert.deepEqual(
    stored.map((viewer) => [viewer.status, viewer.got, viewer.headers?.get("content-range")]),
    [
      [206, "234", "bytes 2-4/10"],
      [206, "89", "bytes 8-9/10"],
      [206, "789", "bytes 7-9/10"],
      [206, "89", "bytes 8-9/10"],
      [416, "", "bytes */10"],
      [200, "0123456789", undefined],
    ],
  );
  assert.equal(play.asked, 1);
});

test("a viewer who has the object already is told so, by strong and weak names", async (t) => {
  const server = await upstream(t, (_request, reply) =>
    reply.send(200, [kept, ["ETag", '"a,b"']], "whole"),
  );
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const statuses: number[] = [];
  for (const tags of ['"a,b"', '"x", W/"a,b"', "*", '"other"']) {
    const answer = await client.fetch({
      method: "GET",
      url: `${edge.url}/o`,
      headers: [["If-None-Match", tags]],
    });
    statuses.push(answer.status);
  }
  assert.deepEqual(statuses, [304, 304, 304, 200]);
});

test("HEAD is answered from the same fetch, without a body", async (t) => {
  const server = await upstream(t, (request, reply) => {
    assert.equal(request.method, "GET");
    reply.send(200, [kept], "whole");
  });
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  for (let round = 0; round < 2; round++) {
    const answer = await client.fetch({ method: "HEAD", url: `${edge.url}/o` });
    assert.deepEqual(
      [answer.status, answer.headers.get("content-length"), answer.body.length],
      [200, "5", 0],
    );
  }
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

test("an object larger than is carried is refused before its body", async (t) => {
  const server = await upstream(
    t,
    (_request, reply) => void reply.stream(200, [["Content-Length", "999999999"]]),
  );
  const edge = await edgeOf(t, server);
  const answer = await clientOf(t).fetch({ method: "GET", url: `${edge.url}/o` });
  assert.equal(answer.status, 502);
  assert.match(text(answer.body), /edge\/object-too-large/);
});

test("two edges that have each other as upstream are told so", async (t) => {
  const server = await upstream(t, () => undefined);
  const first = await edgeOf(t, server, { id: "a" });
  const answer = await clientOf(t).fetch({
    method: "GET",
    url: `${first.url}/o`,
    headers: [["Via", "1.1 b, 1.1 a"]],
  });
  assert.equal(answer.status, 508);
});

test("other methods are refused, a preflight is answered, and nothing of it goes upstream", async (t) => {
  let asked = 0;
  const server = await upstream(t, () => void asked++);
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const url = `${edge.url}/o`;
  assert.equal((await client.fetch({ method: "POST", url, body: Buffer.from("x") })).status, 405);
  const preflight = await client.fetch({ method: "OPTIONS", url });
  assert.deepEqual(
    [preflight.status, preflight.headers.get("access-control-max-age")],
    [204, "86400"],
  );
  assert.equal(asked, 0);
});

test("the clock is told as text that DASH reads, with its fraction in a field", async (t) => {
  const edge = await edgeOf(t, await upstream(t, () => undefined));
  const before = systemClock.utc();
  const answer = await clientOf(t).fetch({ method: "GET", url: `${edge.url}/time` });
  const told = Number(answer.headers.get("regista-utc-ms"));
  assert.ok(told >= before - 0.001 && told <= systemClock.utc() + 0.001);
  assert.match(text(answer.body), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.match(answer.headers.get("access-control-expose-headers") ?? "", /Regista-Utc-Ms/);
});

test("the director hears of the edge each second, and of its end", async (t) => {
  const beats: ReturnType<typeof heartbeatSchema.parse>[] = [];
  const director = await upstream(t, async (request, reply) => {
    let body = "";
    for await (const bytes of request.body) body += text(bytes);
    assert.equal(`${request.method} ${request.path}`, "POST /heartbeat");
    beats.push(parseJson("heartbeat", heartbeatSchema, body));
    reply.send(204, []);
  });
  const server = await upstream(t, (_request, reply) => reply.send(200, [kept], "x"));
  const edge = await edgeOf(t, server, { directorUrl: director.url });
  const client = clientOf(t);
  for (const session of ["s1", "s2", "s1"])
    await client.fetch({
      method: "GET",
      url: `${edge.url}/o?CMCD=bl%3D1%2Csid%3D%22${session}%22`,
    });
  await eventually(() => beats.length >= 2);
  await edge.close();
  assert.equal(beats[1]?.viewers, 2);
  assert.ok((beats[1]?.mbps ?? 0) > 0);
  assert.equal(beats.at(-1)?.draining, true);
});

test("media is stamped by path and transfer chunk", async (t) => {
  const stamped: { object: string; chunk: number; firstByteMs: number; lastByteMs: number }[] = [];
  const telemetry = await upstream(t, async (request, reply) => {
    let body = "";
    for await (const bytes of request.body) body += text(bytes);
    for (const hop of parseJson("hops", hopsSchema, body).hops)
      if ("object" in hop) stamped.push(hop);
    reply.send(204, []);
  });
  const play = growing();
  const server = await upstream(t, (request, reply) => {
    if (request.path.endsWith("1.m4s")) return play.handler(request, reply);
    reply.send(200, [kept], "whole");
  });
  const edge = await edgeOf(t, server, { telemetryUrl: telemetry.url });
  const client = clientOf(t);
  const viewer = new Viewer(client, `${edge.url}/m/v/1.m4s`);
  await eventually(() => viewer.status === 200);
  play.body?.write(Buffer.from("a"));
  play.body?.write(Buffer.from("b"));
  play.body?.end();
  await eventually(() => viewer.ended);
  await client.fetch({ method: "GET", url: `${edge.url}/m/v/2.0.m4s?CMCD=x` });
  await client.fetch({ method: "GET", url: `${edge.url}/m/v.m3u8` });
  await eventually(() => stamped.length >= 3);
  assert.deepEqual(
    stamped.map((hop) => `${hop.object} ${hop.chunk}`),
    ["/m/v/1.m4s 0", "/m/v/1.m4s 1", "/m/v/2.0.m4s 0"],
  );
  assert.ok(stamped.every((hop) => hop.firstByteMs <= hop.lastByteMs));
});

test("metrics name every reason", async (t) => {
  const edge = await edgeOf(
    t,
    await upstream(t, (_request, reply) => reply.send(200, [kept], "x")),
  );
  const client = clientOf(t);
  await client.fetch({ method: "GET", url: `${edge.url}/o` });
  const metrics = text((await client.fetch({ method: "GET", url: `${edge.url}/metrics` })).body);
  assert.match(metrics, /regista_edge_answered_miss_total 1\n/);
  assert.match(metrics, /regista_edge_closed_slow_reader_total 0\n/);
});

test("an upstream that is no http address is refused by name", async () => {
  await assert.rejects(
    startEdge(
      {
        port: 0,
        id: "e",
        upstream: "ftp://x",
        directorUrl: null,
        telemetryUrl: null,
        capacityMbps: 1,
        cacheBytes: 1,
      },
      context,
    ),
    { code: "edge/bad-upstream" },
  );
});
