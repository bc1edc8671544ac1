import assert from "node:assert/strict";
import { connect } from "node:net";
import test from "node:test";
import { ms } from "#base";
import {
  dashSteeringSchema,
  directorStateSchema,
  explanationSchema,
  hlsSteeringSchema,
  sessionSchema,
} from "#protocol";
import fc from "fast-check";
import { heartbeat, stage } from "./directorFixture.ts";
import { DECISIONS_LIMIT, HEARTBEAT_SILENCE_MS } from "./limits.ts";

test("a session tells a viewer where to go, why, and how far behind the camera to stay", async (t) => {
  const { json, beat } = stage(t);
  await beat("ixp-roma");
  await beat("isp-roma", { mbps: 3_100 });
  const session = sessionSchema.parse(await json("/session?channel=match"));
  assert.deepEqual(session, {
    v: 1,
    session: "session-1",
    network: { asn: 12_874, name: "Fastweb" },
    cohort: "it/roma",
    edge: { id: "isp-roma", class: "on-net" },
    why: ["prefix 127.0.1.0/24 → AS12874 Fastweb", "on-net edge isp-roma, load 0.31"],
    urls: {
      hls: "http://127.0.0.1:8092/match/main.m3u8",
      dash: "http://127.0.0.1:8092/match/live.mpd",
      time: "http://127.0.0.1:8092/time",
    },
    steering: {
      hls: "http://127.0.0.1:8082/steer/hls?session=session-1",
      dash: "http://127.0.0.1:8082/steer/dash?session=session-1",
      ttlS: 5,
    },
    target: { latencyMs: 1_500, version: 0, fromLatencyMs: 1_500, fromUtcMs: 0 },
    token: null,
  });
});

test("an edge that falls silent moves steering by both protocols within 2.5 s, and back when it returns", async (t) => {
  const { json, beat, clock } = stage(t);
  await beat("ixp-roma");
  await beat("isp-roma");
  const orders = async (): Promise<string[][]> => [
    hlsSteeringSchema.parse(await json("/steer/hls?_HLS_pathway=isp-roma"))["PATHWAY-PRIORITY"],
    dashSteeringSchema.parse(await json("/steer/dash?_DASH_pathway=%22isp-roma%22"))[
      "PATHWAY-PRIORITY"
    ],
  ];
  const [near, far] = [
    ["isp-roma", "ixp-roma"],
    ["ixp-roma", "isp-roma"],
  ];
  assert.deepEqual(await orders(), [near, near]);
  for (let waited = 0; waited < HEARTBEAT_SILENCE_MS; waited += 500) {
    clock.advance(ms(500));
    await beat("ixp-roma");
  }
  assert.deepEqual(await orders(), [near, near]);
  clock.advance(ms(1));
  assert.deepEqual(await orders(), [far, far]);
  await beat("isp-roma");
  assert.deepEqual(await orders(), [near, near]);
});

test("steering answers with every edge when all of them are gone", async (t) => {
  const { json, beat, clock } = stage(t);
  await beat("ixp-roma");
  await beat("isp-roma");
  clock.advance(ms(60_000));
  const manifest = hlsSteeringSchema.parse(await json("/steer/hls"));
  assert.deepEqual(manifest["PATHWAY-PRIORITY"], ["isp-roma", "ixp-roma"]);
});

test("steering is of the standards' types, open to every page, never cached, and reloads by a relative address", async (t) => {
  const { app } = stage(t);
  const hls = await app.inject({ url: "/steer/hls?session=abc" });
  assert.equal(hls.headers["content-type"], "application/vnd.apple.steering-list");
  assert.equal(hls.headers["access-control-allow-origin"], "*");
  assert.equal(hls.headers["cache-control"], "no-store");
  assert.equal(hls.json()["RELOAD-URI"], "/steer/hls?session=abc");
  const dash = await app.inject({ url: "/steer/dash" });
  assert.match(String(dash.headers["content-type"]), /^application\/json/);
  assert.equal(dash.json()["RELOAD-URI"], "/steer/dash");
  const preflight = await app.inject({ method: "OPTIONS", url: "/session" });
  assert.deepEqual(
    [preflight.statusCode, preflight.headers["access-control-max-age"]],
    [204, "86400"],
  );
});

test("a session that is no plain name is not repeated in the reload address", async (t) => {
  const { app } = stage(t);
  const answer = await app.inject({
    url: `/steer/hls?session=${encodeURIComponent('"><script>')}`,
  });
  assert.equal(answer.json()["RELOAD-URI"], "/steer/hls");
});

test("an unknown channel, edge, path and a broken address are 4xx with a code and a cure", async (t) => {
  const { app } = stage(t);
  const cases = [
    [{ method: "GET", url: "/session?channel=nosuch" }, 404, "director/unknown-channel"],
    [{ method: "GET", url: "/session" }, 404, "director/unknown-channel"],
    [
      { method: "POST", url: "/heartbeat", payload: heartbeat("nosuch") },
      404,
      "director/unknown-edge",
    ],
    [{ method: "POST", url: "/heartbeat", payload: "{" }, 400, "protocol/malformed"],
    [{ method: "POST", url: "/heartbeat" }, 400, "protocol/malformed"],
    [{ method: "POST", url: "/heartbeat", payload: { v: 2 } }, 400, "protocol/unknown-version"],
    [{ method: "POST", url: "/heartbeat", payload: "x".repeat(20_000) }, 413, "control/too-large"],
    [{ method: "GET", url: "/explain?ip=nonsense" }, 400, "director/bad-address"],
    [{ method: "GET", url: "/nosuch" }, 404, "control/not-found"],
    [{ method: "DELETE", url: "/state" }, 404, "control/not-found"],
    [{ method: "GET", url: "/%zz" }, 400, "control/bad-request"],
  ] as const;
  for (const [request, status, code] of cases) {
    const answer = await app.inject(request);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], request.url);
    assert.ok(answer.json().cure.length > 0);
  }
});

test("the state keeps the last fifty decisions, oldest first, and what edges said", async (t) => {
  const { json, beat, director, clock } = stage(t);
  await beat("isp-roma");
  for (let n = 0; n < DECISIONS_LIMIT + 10; n++)
    director.session("match", "127.0.1.10", "http://d");
  clock.advance(ms(2_600));
  const state = directorStateSchema.parse(await json("/state"));
  assert.equal(state.decisions.length, DECISIONS_LIMIT);
  assert.equal(state.decisions[0]?.session, "session-11");
  assert.deepEqual(
    [state.decisions[0]?.at, state.decisions[0]?.network],
    [1_795_301_664, "AS12874 Fastweb"],
  );
  assert.equal(state.sessionsLastMinute, DECISIONS_LIMIT + 10);
  const edge = state.edges.find(({ id }) => id === "isp-roma");
  assert.deepEqual(
    [edge?.up, edge?.why, edge?.heartbeat?.viewers],
    [false, "isp-roma is down: no heartbeat for 2.6 s", 412],
  );
});

test("a viewer that steering moves is among the decisions, with where it came from", async (t) => {
  const { json, beat, clock, director } = stage(t);
  await beat("isp-roma");
  clock.advance(ms(4_000));
  await beat("ixp-roma");
  await json("/steer/dash?session=abc&_DASH_pathway=%22isp-roma%22");
  const { decisions } = directorStateSchema.parse(await json("/state"));
  assert.deepEqual([decisions.at(-1)?.session, decisions.at(-1)?.edge], ["abc", "ixp-roma"]);
  assert.equal(decisions.at(-1)?.why[0], "away from isp-roma: its edge is down");
  assert.equal(director.counters.moves, 1);
});

test("an explanation takes an address through every step", async (t) => {
  const { json, beat } = stage(t);
  await beat("isp-roma");
  const said = explanationSchema.parse(await json("/explain?ip=127.0.1.77"));
  assert.deepEqual(
    said.steps.map(({ step }) => step),
    ["network", "cohort", "target", "paths", "choice"],
  );
  assert.match(
    said.steps[0]?.says ?? "",
    /127\.0\.1\.77 lies in 127\.0\.1\.0\/24.*AS12874 Fastweb/,
  );
  assert.equal(said.paths.length, 2);
});

test("only a trusted forwarder may say where a viewer is", async (t) => {
  const headers = { "x-forwarded-for": "127.0.1.50" };
  const url = "/session?channel=match";
  const open = await stage(t).app.inject({ url, headers, remoteAddress: "198.51.100.7" });
  assert.equal(open.json().network, null);
  const trusting = stage(t, ["198.51.100.0/24"]).app;
  const through = await trusting.inject({ url, headers, remoteAddress: "198.51.100.7" });
  assert.equal(through.json().network.name, "Fastweb");
  const stranger = await trusting.inject({ url, headers, remoteAddress: "203.0.113.7" });
  assert.equal(stranger.json().network, null);
});

test("ten thousand mutated heartbeats are taken or refused with a code", async (t) => {
  const { app, director } = stage(t);
  const text = JSON.stringify(heartbeat("isp-roma"));
  const mutation = fc.array(fc.tuple(fc.nat(text.length - 1), fc.nat(2), fc.nat(255)), {
    minLength: 1,
    maxLength: 8,
  });
  const scissors = mutation.map((cuts) =>
    cuts.reduce((bytes, [at, kind, byte]) => {
      if (kind === 0) bytes[at % bytes.length] = byte;
      return kind === 1 ? Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]) : bytes;
    }, Buffer.from(text)),
  );
  const strange = fc
    .record({
      edge: fc.constantFrom("isp-roma", "ixp-roma", "x"),
      key: fc.constantFrom(...Object.keys(heartbeat("x"))),
      value: fc.jsonValue(),
    })
    .map(({ edge, key, value }) =>
      Buffer.from(JSON.stringify({ ...heartbeat(edge), [key]: value })),
    );
  for (const payload of fc.sample(fc.oneof(scissors, strange), { seed: 6, numRuns: 10_000 })) {
    const answer = await app.inject({ method: "POST", url: "/heartbeat", payload });
    const refused =
      [400, 404].includes(answer.statusCode) && /^(protocol|director)\//.test(answer.json().code);
    assert.ok(answer.statusCode < 300 || refused, `${answer.statusCode} ${answer.body}`);
  }
  assert.equal(director.state().edges.length, 2);
  assert.ok(director.counters.heartbeats > 0 && director.counters.heartbeatsRefused > 0);
});

test("ten thousand mutated requests at the players' doors never make it fail", async (t) => {
  const { app, clock } = stage(t);
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom("match", '"a,b"', "127.0.0.1", "::1", "%", "\u0000"),
  );
  const name = fc.constantFrom(
    "channel",
    "session",
    "ip",
    "_HLS_pathway",
    "_DASH_pathway",
    "_HLS_throughput",
    "x",
  );
  const query = fc
    .array(fc.tuple(name, value), { maxLength: 6 })
    .map((pairs) => pairs.map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join("&"));
  const raw = fc.string().map((text) => text.replaceAll(/[^!-~]/g, "%"));
  const path = fc.constantFrom(
    "/session",
    "/steer/hls",
    "/steer/dash",
    "/explain",
    "/state",
    "/status",
    "/",
  );
  const url = fc.tuple(path, fc.oneof(query, raw)).map(([head, tail]) => `${head}?${tail}`);
  const method = fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE");
  const from = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
  for (const [verb, target, remoteAddress] of fc.sample(fc.tuple(method, url, from), {
    seed: 7,
    numRuns: 10_000,
  })) {
    const answer = await app.inject({ method: verb as "GET", url: target, remoteAddress });
    assert.ok(answer.statusCode < 500, `${verb} ${target}: ${answer.statusCode} ${answer.body}`);
    if (answer.statusCode >= 400 && verb !== "HEAD")
      assert.match(answer.json().code, /^(control|director)\//);
    clock.advance(ms(1));
  }
});

test("what is not HTTP is answered 400 with a code, and the server lives on", async (t) => {
  const { app } = stage(t);
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () =>
      socket.write("NONSENSE\r\n\r\n"),
    );
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => (text += part));
    socket.on("close", () => resolve(text)).on("error", reject);
  });
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.match(answer, /"code":"control\/bad-request"/);
  assert.equal((await fetch(`${url}/state`)).status, 200);
});
