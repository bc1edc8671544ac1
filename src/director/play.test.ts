// The director with real carriers: everything over HTTP, in one process, on free ports.
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { startIsp } from "#isp";
import { startIxp } from "#ixp";
import {
  defaultSyncBounds,
  type DirectorState,
  directorStateSchema,
  heartbeatAnswerSchema,
  type Session,
  sessionSchema,
} from "#protocol";
import { fastify } from "fastify";
import { type DirectorHandle, type DirectorOptions, startDirector } from "./index.ts";

const context = { clock: systemClock, log: silentLog };
const FASTWEB = 12_874;
const TIM = 3_269;
const CDN = 51_185;
const link = { delayMs: 1, mbps: null };
const fastweb = {
  port: 0,
  asn: FASTWEB,
  name: "Fastweb",
  place: "it/roma",
  prefixes: ["127.0.1.0/24"],
  limitMbps: null,
  link,
  routes: [],
};
const tim = { ...fastweb, asn: TIM, name: "TIM", place: "it/milano", prefixes: ["127.0.2.0/24"] };
const edges = [
  { id: "ixp-roma", at: "namex", url: "http://127.0.0.1:8091/", capacityMbps: 10_000 },
  { id: "isp-roma", in: FASTWEB, url: "http://127.0.0.1:8092", capacityMbps: 10_000 },
];

async function cast(t: TestContext, more: Partial<DirectorOptions> = {}) {
  const members = [CDN, FASTWEB].map((asn) => ({ asn, name: `AS${asn}`, portMbps: 10_000, link }));
  const ixp = await startIxp(
    { port: 0, id: "namex", asn: 24_796, place: "it/roma", members, relays: [] },
    context,
  );
  t.after(() => ixp.close());
  const isps = [await startIsp(fastweb, context), await startIsp(tim, context)];
  for (const isp of isps) t.after(() => isp.close());
  const director = await startDirector(
    {
      port: 0,
      channel: "match",
      edges,
      exchanges: [ixp.url],
      networks: isps.map((isp) => isp.url),
      // So that a test can be a viewer from anywhere.
      trustedForwarders: ["127.0.0.1/32"],
      ...more,
    },
    context,
  );
  t.after(() => director.close());
  return { director, ixp, isps };
}

async function sessionFrom(director: DirectorHandle, address: string): Promise<Session> {
  const headers = { "x-forwarded-for": address };
  const answer = await fetch(`${director.url}/session?channel=match`, { headers });
  return sessionSchema.parse(await answer.json());
}

async function beat(director: DirectorHandle, edge: string): Promise<Response> {
  const heartbeat = {
    v: 1,
    edge,
    at: 0,
    viewers: 1,
    mbps: 5,
    capacityMbps: 10_000,
    cpu: 0,
    waiters: 0,
    upstreamErrors: 0,
    draining: false,
  };
  const answer = await fetch(`${director.url}/heartbeat`, {
    method: "POST",
    body: JSON.stringify(heartbeat),
  });
  assert.ok(answer.ok);
  return answer;
}

async function state(director: DirectorHandle): Promise<DirectorState> {
  return directorStateSchema.parse(await (await fetch(`${director.url}/state`)).json());
}

interface Status {
  carriers: { url: string; stale: boolean; problem: string | null }[];
}

async function until(
  director: DirectorHandle,
  holds: (status: Status) => boolean,
): Promise<Status> {
  for (;;) {
    const status = (await (await fetch(`${director.url}/status`)).json()) as Status;
    if (holds(status)) return status;
    await systemClock.sleep(ms(50));
  }
}

test("viewers of three networks go where their network is, from the first session on", async (t) => {
  const { director } = await cast(t);
  for (const { id } of edges) await beat(director, id);
  const near = await sessionFrom(director, "127.0.1.10");
  assert.deepEqual([near.edge, near.cohort], [{ id: "isp-roma", class: "on-net" }, "it/roma"]);
  assert.equal(near.why[0], "prefix 127.0.1.0/24 → AS12874 Fastweb");
  const far = await sessionFrom(director, "127.0.2.10");
  assert.deepEqual([far.edge, far.network?.name], [{ id: "ixp-roma", class: "transit" }, "TIM"]);
  const stranger = await sessionFrom(director, "203.0.113.9");
  assert.deepEqual([stranger.network, stranger.cohort], [null, "unknown"]);
  assert.equal(far.urls.hls, "http://127.0.0.1:8091/match/main.m3u8");
  const steering = await fetch(near.steering.dash);
  assert.equal(steering.status, 200);
});

test("behind a gateway the director sees a subscriber's address, and the viewer needs no forwarder", async (t) => {
  const { director } = await cast(t, { trustedForwarders: [] });
  await beat(director, "isp-roma");
  const { hostname: host, port } = new URL(director.url);
  const route = { name: "director", port: 0, target: { host, port: Number(port) } };
  const access = await startIsp({ ...fastweb, routes: [route] }, context);
  t.after(() => access.close());
  const gateway = access.routes.get("director");
  assert.ok(gateway);
  const answer = await fetch(`http://${gateway.host}:${gateway.port}/session?channel=match`);
  const session = sessionSchema.parse(await answer.json());
  assert.deepEqual([session.network?.name, session.edge.class], ["Fastweb", "on-net"]);
  const direct = sessionSchema.parse(
    await (await fetch(`${director.url}/session?channel=match`)).json(),
  );
  assert.equal(direct.network, null);
});

test("a director that loses a network keeps what it told last, and says that it is old", async (t) => {
  const { director, isps } = await cast(t);
  await beat(director, "isp-roma");
  const lost = isps[0];
  assert.ok(lost);
  await lost.close();
  await until(director, ({ carriers }) =>
    carriers.some(({ url, stale }) => url === lost.url && stale),
  );
  await beat(director, "isp-roma");
  const session = await sessionFrom(director, "127.0.1.10");
  assert.deepEqual([session.edge.id, session.network?.name], ["isp-roma", "Fastweb"]);
  assert.match(session.why.join("\n"), /AS12874 told this \d+ s ago and is silent since/);
});

test("an edge that falls silent is left within 2.5 s and a poll", async (t) => {
  const { director } = await cast(t);
  for (const { id } of edges) await beat(director, id);
  const silentSince = systemClock.monotonic();
  assert.equal((await sessionFrom(director, "127.0.1.10")).edge.id, "isp-roma");
  let session = await sessionFrom(director, "127.0.1.10");
  while (session.edge.id === "isp-roma") {
    await systemClock.sleep(ms(50));
    await beat(director, "ixp-roma");
    session = await sessionFrom(director, "127.0.1.10");
  }
  const took = systemClock.monotonic() - silentSince;
  assert.ok(took > 2_300 && took < 3_500, `${took}`);
  assert.deepEqual(session.edge, { id: "ixp-roma", class: "exchange" });
  assert.match(session.why.join("\n"), /isp-roma is down: no heartbeat for 2\.\d s/);
  const edge = (await state(director)).edges.find(({ id }) => id === "isp-roma");
  assert.equal(edge?.up, false);
});

test("a director without any carrier answers all the same", async (t) => {
  const { director } = await cast(t, {
    exchanges: ["http://127.0.0.1:9"],
    networks: ["http://127.0.0.1:9"],
  });
  const session = await sessionFrom(director, "127.0.1.10");
  assert.equal(session.network, null);
  assert.match(session.why[0] ?? "", /no network announces 127\.0\.1\.10/);
  const { carriers } = await until(director, () => true);
  assert.ok(carriers.every(({ problem, stale }) => problem !== null && stale));
  assert.match(
    await (await fetch(`${director.url}/metrics`)).text(),
    /regista_director_sessions_total 1\b/,
  );
});

test("a director asks telemetry each second, and its answers to heartbeats follow what it hears", async (t) => {
  const spread = { p50: 1_500, p95: 1_620, p99: 1_650, n: 4 };
  const cohort = { id: "it/roma", viewers: 4, late: 0, latency: spread, spreadMs: 30 };
  const more = { need: null, sync: spread, stalling: 0, cuesLate: 0, cuesLost: 0 };
  const telemetry = fastify();
  telemetry.get("/cohorts", () => ({ v: 1, at: 0, cohorts: [{ ...cohort, ...more }] }));
  const telemetryUrl = await telemetry.listen({ port: 0, host: "127.0.0.1" });
  t.after(() => telemetry.close());
  const { director } = await cast(t, { telemetryUrl });
  const answer = await beat(director, "isp-roma");
  const { releases } = heartbeatAnswerSchema.parse(await answer.json());
  assert.deepEqual(releases, [
    { cohort: "unknown", afterMs: 2_000 },
    { cohort: "it/roma", afterMs: 2_120 },
  ]);
  await telemetry.close();
  await until(director, ({ carriers }) =>
    carriers.some(({ url, stale }) => url === telemetryUrl && stale),
  );
  for (;;) {
    const held = (await state(director)).cohorts.find(({ id }) => id === "it/roma");
    assert.ok((held?.releaseAfterMs ?? 0) >= 2_120);
    if (held?.why.endsWith("telemetry is silent")) break;
    await systemClock.sleep(ms(50));
  }
});

test("a director set up wrongly, or on a taken port, says so", async (t) => {
  const { director } = await cast(t);
  const options = {
    port: 0,
    channel: "match",
    edges,
    exchanges: [],
    networks: [],
  };
  const twice = [...edges, ...edges];
  await assert.rejects(startDirector({ ...options, edges: [] }, context), {
    code: "director/no-edges",
  });
  await assert.rejects(startDirector({ ...options, edges: twice }, context), {
    code: "director/bad-option",
  });
  await assert.rejects(startDirector({ ...options, networks: ["x"] }, context), {
    code: "director/bad-option",
  });
  await assert.rejects(startDirector({ ...options, trustedForwarders: ["x"] }, context), {
    code: "director/bad-option",
  });
  for (const wrong of [
    { startMs: 700 },
    { mostMs: 1_400 },
    { mostMs: 31_000 },
    { leastMs: 100 },
    { anchorMs: 8_000 },
    { startMs: Number.NaN },
  ])
    await assert.rejects(
      startDirector({ ...options, sync: { ...defaultSyncBounds, ...wrong } }, context),
      { code: "director/bad-option", message: /sync is wrong: \w+Ms/ },
    );
  const taken = Number(new URL(director.url).port);
  await assert.rejects(startDirector({ ...options, port: taken }, context), {
    code: "control/cannot-listen",
  });
  await Promise.all([director.close(), director.close()]);
});
