import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import test, { type TestContext } from "node:test";
import { ms, RegistaError } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { exchangeSchema } from "#protocol";
import { metricsOf } from "#telemetry";
import fc from "fast-check";
import { type IxpOptions, startIxp } from "./index.ts";
import { ixpServer } from "./server.ts";

const CDN = 51_185;
const ISP = 12_874;
const context = { clock: systemClock, log: silentLog };
const link = { delayMs: 1, mbps: null };
const options: IxpOptions = {
  port: 0,
  id: "namex",
  asn: 24_796,
  place: "it/roma",
  members: [
    { asn: CDN, name: "CDN", portMbps: 100_000, link },
    { asn: ISP, name: "Fastweb", portMbps: 10_000, link },
  ],
  relays: [],
};

/** A target that sends `bytes` to each client and tells from which address it came. */
async function target(
  t: TestContext,
  bytes: number,
): Promise<{ server: Server; port: number; from: string[] }> {
  const from: string[] = [];
  const server = createServer((socket) => {
    from.push(socket.remoteAddress ?? "");
    socket.on("error", () => undefined);
    socket.end(Buffer.alloc(bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { server, port: (server.address() as AddressInfo).port, from };
}

/** Reads until the end; resolves with how many bytes came. */
async function drain(socket: Socket): Promise<number> {
  let bytes = 0;
  socket.on("data", (part: Buffer) => (bytes += part.length));
  await once(socket, "close");
  return bytes;
}

test("an exchange tells its members and their ports, and measures what relays carry", async (t) => {
  const { port, from } = await target(t, 500_000);
  const relay = {
    name: "edge",
    from: ISP,
    to: CDN,
    listen: { host: "127.0.0.1", port: 0 },
    target: { host: "127.0.0.1", port },
  };
  const ixp = await startIxp({ ...options, relays: [relay] }, context);
  t.after(() => ixp.close());
  const listens = ixp.relays.get("edge");
  assert.ok(listens && listens.port > 0);
  const socket = connect({ ...listens, localAddress: "127.0.1.10" });
  assert.equal(await drain(socket), 500_000);
  assert.deepEqual(from, ["127.0.1.10"]);

  const read = async () => exchangeSchema.parse(await (await fetch(`${ixp.url}/exchange`)).json());
  let told = await read();
  while (told.members.every(({ port: { outMbps } }) => outMbps === 0)) {
    await systemClock.sleep(ms(20));
    told = await read();
  }
  const [cdn, isp] = told.members.map((member) => member.port);
  // 4 Mbit were moved, and a measured period is a second or, on a busy machine, more.
  assert.ok(isp && isp.outMbps > 0 && isp.outMbps < 4.2, `${isp?.outMbps}`);
  assert.equal(cdn?.inMbps, isp.outMbps);
  assert.equal(cdn?.mbps, 100_000);
  const metrics = await (await fetch(`${ixp.url}/metrics`)).text();
  assert.match(metrics, /regista_ixp_port_out_bytes_total\{asn="12874",name="Fastweb"\} 500000/);
  const status = (await (await fetch(`${ixp.url}/status`)).json()) as { role: string };
  assert.equal(status.role, "ixp");
});

test("a way through the fabric costs the lines of both members", async (t) => {
  const { port } = await target(t, 1);
  const members = options.members.map((member, at) => ({
    ...member,
    link: { delayMs: 10 + 20 * at, mbps: null },
  }));
  const here = { host: "127.0.0.1", port: 0 };
  const relay = { name: "edge", from: ISP, to: CDN, listen: here, target: { ...here, port } };
  const ixp = await startIxp({ ...options, members, relays: [relay] }, context);
  t.after(() => ixp.close());
  const started = systemClock.monotonic();
  await drain(connect({ ...here, port: ixp.relays.get("edge")?.port ?? 0 }));
  assert.ok(
    systemClock.monotonic() - started >= 80,
    "set-up costs the round trip over 10 and 30 ms",
  );
});

test("closing twice ends the relays and frees the ports", async (t) => {
  const { port } = await target(t, 1);
  const relay = {
    name: "edge",
    from: ISP,
    to: CDN,
    listen: { host: "127.0.0.1", port: 0 },
    target: { host: "127.0.0.1", port },
  };
  const ixp = await startIxp({ ...options, relays: [relay] }, context);
  const listens = ixp.relays.get("edge");
  assert.ok(listens);
  await Promise.all([ixp.close(), ixp.close()]);
  const socket = connect(listens);
  await assert.rejects(once(socket, "connect"), /ECONNREFUSED/);
});

test("what cannot be is refused with the reason, and nothing is left listening", async (t) => {
  const { port } = await target(t, 1);
  const relay = {
    name: "edge",
    from: ISP,
    to: CDN,
    listen: { host: "127.0.0.1", port: 0 },
    target: { host: "127.0.0.1", port },
  };
  const wrong: [Partial<IxpOptions>, string, RegExp][] = [
    [{ relays: [{ ...relay, from: 1 }] }, "ixp/bad-option", /AS1, no member/],
    [{ relays: [{ ...relay, from: CDN }] }, "ixp/bad-option", /to itself/],
    [{ relays: [relay, relay] }, "ixp/bad-option", /twice/],
    [{ members: [...options.members, ...options.members] }, "ixp/bad-option", /twice/],
    [
      { relays: [relay, { ...relay, name: "taken", listen: { host: "127.0.0.1", port } }] },
      "ixp/cannot-relay",
      /taken/,
    ],
    [{ relays: [relay], port }, "control/cannot-listen", /EADDRINUSE/],
  ];
  const listening = (): number =>
    process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;
  const before = listening();
  for (const [change, code, says] of wrong) {
    await assert.rejects(startIxp({ ...options, ...change }, context), (error) => {
      assert.ok(error instanceof RegistaError);
      assert.equal(error.code, code);
      assert.match(error.message, says);
      return true;
    });
  }
  // Handles are given back a turn of the event loop after they close.
  while (listening() > before) await systemClock.sleep(ms(10));
});

test("ten thousand strange requests are answered or refused with a code", async (t) => {
  const server = ixpServer({
    exchange: () => ({ v: 1, id: "x", asn: 1, place: "it/roma", members: [] }),
    ixf: () => ({}),
    status: () => ({}),
    metrics: metricsOf("ixp", {}),
    log: silentLog,
  });
  t.after(() => server.close());
  const request = fc.record({
    method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH"),
    url: fc
      .tuple(fc.constantFrom("/exchange", "/ixf", "/status", "/metrics", "/x"), fc.string())
      .map(([path, tail]) => `${path}/${tail}`.replaceAll(/[^!-~]/g, "%")),
    payload: fc.oneof(fc.string(), fc.json(), fc.constant("x".repeat(2_000))),
  });
  for (const { method, ...rest } of fc.sample(request, { seed: 9, numRuns: 10_000 })) {
    const bare = method === "GET" || method === "HEAD" || method === "OPTIONS";
    const answer = await server.app.inject({
      method: method as "GET",
      url: rest.url,
      ...(bare ? {} : { payload: rest.payload }),
    });
    assert.ok(answer.statusCode < 500, `${method} ${rest.url} ${answer.body}`);
    if (answer.statusCode >= 400 && method !== "HEAD")
      assert.match(answer.json().code, /^control\//);
  }
});
