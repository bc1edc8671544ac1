import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { ms, RegistaError } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { networkSchema } from "#protocol";
import { metricsOf } from "#telemetry";
import fc from "fast-check";
import { NetworkContract } from "./contract.ts";
import { type IspOptions, startIsp } from "./index.ts";
import { ispServer } from "./server.ts";

const context = { clock: systemClock, log: silentLog };
const options: IspOptions = {
  port: 0,
  asn: 12_874,
  name: "Fastweb",
  place: "it/roma",
  prefixes: ["127.0.1.0/24"],
  limitMbps: null,
  link: { delayMs: 5, mbps: null },
  routes: [],
};

/** A service that answers each byte it gets with one, and tells from which address clients came. */
async function service(t: TestContext): Promise<{ port: number; from: string[] }> {
  const from: string[] = [];
  const server = createServer((socket) => {
    from.push(socket.remoteAddress ?? "");
    socket.on("error", () => undefined).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, from };
}

async function echo(socket: Socket, bytes: number): Promise<void> {
  let got = 0;
  socket.on("data", (part: Buffer) => {
    got += part.length;
    if (got === bytes) socket.end();
  });
  socket.write(Buffer.alloc(bytes));
  await once(socket, "close");
  assert.equal(got, bytes);
}

test("a network carries its subscribers to the services outside, over the access link, from an address of theirs", async (t) => {
  const { port, from } = await service(t);
  const route = { name: "edge", port: 0, target: { host: "127.0.0.1", port } };
  const isp = await startIsp({ ...options, routes: [route] }, context);
  t.after(() => isp.close());
  const at = isp.routes.get("edge");
  assert.ok(at);
  assert.deepEqual([isp.gateway, at.host], ["127.0.1.1", "127.0.1.1"]);

  const started = systemClock.monotonic();
  await echo(connect({ ...at, localAddress: "127.0.0.1" }), 100_000);
  assert.ok(systemClock.monotonic() - started >= 10, "a round trip costs the declared delay twice");
  await echo(connect({ ...at, localAddress: "127.0.1.33" }), 100_000);
  assert.match(from[0] ?? "", /^127\.0\.1\.\d+$/);
  assert.notEqual(from[0], "127.0.1.1");
  assert.equal(from[1], "127.0.1.33");

  const read = async () => networkSchema.parse(await (await fetch(`${isp.url}/network`)).json());
  let told = await read();
  while (told.access.downMbps === 0 || told.access.upMbps === 0) {
    await systemClock.sleep(ms(20));
    told = await read();
  }
  assert.ok(told.access.downMbps < 3.2, `${told.access.downMbps}`);
  const { gateway, prefixes, access } = told;
  assert.deepEqual([gateway, prefixes, access.link], ["127.0.1.1", ["127.0.1.0/24"], options.link]);
  assert.match(
    await (await fetch(`${isp.url}/metrics`)).text(),
    /regista_isp_access_down_bytes_total 200000/,
  );
});

test("a route with a way beyond the access link costs both delays", async (t) => {
  const { port } = await service(t);
  const extraLink = { delayMs: 30, mbps: null };
  const route = { name: "far", port: 0, target: { host: "127.0.0.1", port }, extraLink };
  const isp = await startIsp({ ...options, routes: [route] }, context);
  t.after(() => isp.close());
  const started = systemClock.monotonic();
  await echo(connect({ host: isp.gateway, port: isp.routes.get("far")?.port ?? 0 }), 1);
  assert.ok(systemClock.monotonic() - started >= 70);
});

test("connections are those open now", async (t) => {
  const { port } = await service(t);
  const route = { name: "edge", port: 0, target: { host: "127.0.0.1", port } };
  const isp = await startIsp({ ...options, routes: [route] }, context);
  t.after(() => isp.close());
  const open = async (): Promise<number> =>
    networkSchema.parse(await (await fetch(`${isp.url}/network`)).json()).access.connections;
  const until = async (count: number): Promise<void> => {
    while ((await open()) !== count) await systemClock.sleep(ms(10));
  };
  assert.equal(await open(), 0);
  const socket = connect({ host: "127.0.1.1", port: isp.routes.get("edge")?.port ?? 0 });
  await until(1);
  socket.end();
  socket.resume();
  await until(0);
});

test("the limit changes by the handle and by PUT /limit, and is told to the director", async (t) => {
  const isp = await startIsp(options, context);
  t.after(() => isp.close());
  const limit = async (): Promise<number | null> =>
    networkSchema.parse(await (await fetch(`${isp.url}/network`)).json()).limitMbps;
  const put = (body: unknown): Promise<Response> =>
    fetch(`${isp.url}/limit`, { method: "PUT", body: JSON.stringify(body) });
  assert.equal(await limit(), null);
  assert.equal((await put({ v: 1, limitMbps: 800 })).status, 204);
  assert.equal(await limit(), 800);
  assert.equal((await put({ v: 1, cachesMbps: 300 })).status, 204);
  assert.equal(await limit(), 800, "what is left out stays");
  assert.equal((await put({ v: 1 })).status, 400);
  const refused = await put({ v: 1, limitMbps: -1 });
  assert.equal(refused.status, 400);
  assert.equal(((await refused.json()) as { code: string }).code, "protocol/malformed");
  assert.equal(await limit(), 800);
  isp.setLimit(null);
  assert.equal(await limit(), null);
});

test("a web page elsewhere may read the network but not change its limit", async (t) => {
  const isp = await startIsp(options, context);
  t.after(() => isp.close());
  const preflight = await fetch(`${isp.url}/limit`, { method: "OPTIONS" });
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.doesNotMatch(preflight.headers.get("access-control-allow-methods") ?? "", /PUT/);
});

test("closing twice frees the gateway's ports", async (t) => {
  const { port } = await service(t);
  const route = { name: "edge", port: 0, target: { host: "127.0.0.1", port } };
  const isp = await startIsp({ ...options, routes: [route] }, context);
  const at = isp.routes.get("edge");
  assert.ok(at);
  await Promise.all([isp.close(), isp.close()]);
  await assert.rejects(once(connect(at), "connect"), /ECONNREFUSED/);
});

test("what cannot be is refused with the reason", async (t) => {
  const { port } = await service(t);
  const route = { name: "edge", port: 0, target: { host: "127.0.0.1", port } };
  const other = await startIsp({ ...options, routes: [route] }, context);
  t.after(() => other.close());
  const taken = other.routes.get("edge")?.port ?? 0;
  const wrong: [Partial<IspOptions>, string][] = [
    [{ prefixes: ["nonsense"] }, "isp/bad-prefix"],
    [{ prefixes: [] }, "isp/bad-prefix"],
    [{ limitMbps: 0 }, "isp/bad-option"],
    [{ routes: [route, route] }, "isp/bad-option"],
    [{ routes: [{ ...route, port: taken }] }, "isp/cannot-route"],
    [{ port: Number(new URL(other.url).port) }, "control/cannot-listen"],
  ];
  for (const [change, code] of wrong) {
    await assert.rejects(startIsp({ ...options, ...change }, context), (error) => {
      assert.ok(error instanceof RegistaError);
      assert.equal(error.code, code);
      return true;
    });
  }
});

test("ten thousand strange requests are answered or refused with a code", async (t) => {
  let limit: number | null = null;
  const server = ispServer({
    network: () => ({
      ...options,
      v: 1,
      prefixes: [],
      pnis: [],
      gateway: "",
      access: { link: options.link, downMbps: 0, upMbps: 0, connections: 0 },
    }),
    contract: new NetworkContract(options),
    limit: (next) => {
      for (const mbps of Object.values(next)) limit = mbps;
    },
    status: () => ({}),
    metrics: metricsOf("isp", {}),
    log: silentLog,
  });
  t.after(() => server.close());
  const request = fc.record({
    method: fc.constantFrom("GET", "PUT", "PUT", "PUT", "POST", "OPTIONS", "DELETE"),
    url: fc.constantFrom("/limit", "/limit", "/cdni", "/network", "/status", "/nosuch", "/%zz"),
    payload: fc.oneof(
      fc.string(),
      fc.jsonValue().map((limitMbps) => JSON.stringify({ v: 1, limitMbps })),
      fc.jsonValue().map((cachesMbps) => JSON.stringify({ v: 1, cachesMbps })),
      fc.json(),
      fc.constant("x".repeat(2_000)),
    ),
  });
  for (const { method, url, payload } of fc.sample(request, { seed: 10, numRuns: 10_000 })) {
    const bare = method === "GET" || method === "OPTIONS";
    const answer = await server.app.inject({
      method: method as "GET",
      url,
      ...(bare ? {} : { payload }),
    });
    assert.ok(answer.statusCode < 500, `${method} ${url} ${answer.body}`);
    if (answer.statusCode >= 400) assert.match(answer.json().code, /^(control|protocol|cdni)\//);
    assert.ok(limit === null || limit > 0);
  }
});
