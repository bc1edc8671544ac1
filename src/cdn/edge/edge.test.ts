import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "#base/clock";
import { heartbeatSchema, hopsSchema, parseJson } from "#protocol";
import { startEdge } from "./index.ts";
import {
  context,
  kept,
  eventually,
  upstream,
  edgeOf,
  clientOf,
  text,
  Viewer,
  growing,
} from "./stage.ts";

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

test("of a channel, other methods are refused, a preflight is answered, and nothing of it goes upstream", async (t) => {
  let asked = 0;
  const server = await upstream(t, () => void asked++);
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const url = `${edge.url}/match/v.m3u8`;
  assert.equal((await client.fetch({ method: "POST", url, body: Buffer.from("x") })).status, 405);
  const preflight = await client.fetch({ method: "OPTIONS", url });
  assert.deepEqual(
    [preflight.status, preflight.headers.get("access-control-max-age")],
    [204, "86400"],
  );
  assert.equal(asked, 0);
});

test("the clock is told as text that DASH reads, with both of the server's instants in fields", async (t) => {
  const edge = await edgeOf(t, await upstream(t, () => undefined));
  const before = systemClock.utc();
  const answer = await clientOf(t).fetch({ method: "GET", url: `${edge.url}/time` });
  const received = Number(answer.headers.get("regista-received-utc-ms"));
  const told = Number(answer.headers.get("regista-utc-ms"));
  assert.ok(received >= before - 1 && received <= told, `${before} ${received} ${told}`);
  assert.ok(told <= systemClock.utc() + 0.001);
  assert.match(text(answer.body), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const exposed = answer.headers.get("access-control-expose-headers") ?? "";
  assert.match(exposed, /Regista-Received-Utc-Ms, Regista-Utc-Ms/);
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
  const edge = await edgeOf(t, server, { directorUrls: [director.url] });
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

test("several directors hear each second how many they are; one that is dead harms nothing", async (t) => {
  const heard = new Map<string, number | undefined>();
  const directorNamed = (name: string) =>
    upstream(t, async (request, reply) => {
      let body = "";
      for await (const bytes of request.body) body += text(bytes);
      heard.set(name, parseJson("heartbeat", heartbeatSchema, body).directors);
      reply.send(204, []);
    });
  const [first, second] = [await directorNamed("first"), await directorNamed("second")];
  const server = await upstream(t, (_request, reply) => reply.send(200, [kept], "x"));
  const directorUrls = [first.url, "http://127.0.0.1:9", second.url];
  const edge = await edgeOf(t, server, { directorUrls });
  await eventually(() => heard.size === 2);
  assert.deepEqual([heard.get("first"), heard.get("second")], [3, 3]);
  const status = await clientOf(t).fetch({ method: "GET", url: `${edge.url}/status` });
  const { heartbeats } = JSON.parse(text(status.body)) as {
    heartbeats: { sent: number; failed: number };
  };
  assert.ok(heartbeats.sent >= 2 && heartbeats.failed >= 1, JSON.stringify(heartbeats));
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
        upstreams: ["ftp://x"],
        directorUrls: [],
        telemetryUrl: null,
        capacityMbps: 1,
        cacheBytes: 1,
      },
      context,
    ),
    { code: "edge/bad-upstream" },
  );
});
