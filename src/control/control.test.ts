import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { PassThrough } from "node:stream";
import test, { type TestContext } from "node:test";
import { catalogue, RegistaError } from "#base";
import { silentLog } from "#base/log";
import { metricsOf } from "#telemetry";
import fc from "fast-check";
import { bodyText, type ControlOptions, type ControlServer, controlServer } from "./index.ts";
import { BODY_LIMIT } from "./limits.ts";
import { refuseBrokenHttp } from "./refusals.ts";

const errors = catalogue("play", {
  busy: { kind: "said-no", status: 429, says: "The ball is busy.", cure: "Wait for the whistle." },
});

function stage(t: TestContext, more: Partial<ControlOptions> = {}): ControlServer {
  const server = controlServer({
    role: "referee",
    log: silentLog,
    status: () => ({ role: "referee" }),
    metrics: metricsOf("referee", { counters: () => ({ whistles: 3 }) }),
    ...more,
  });
  const { app } = server;
  app.post("/ball", (request) => ({ heard: bodyText(request) }));
  app.get("/busy", () => {
    throw errors.make("busy");
  });
  app.get("/broken", () => {
    throw new Error("the net is torn");
  });
  app.get("/kept", (_request, reply) => reply.header("cache-control", "max-age=60").send("kept"));
  t.after(() => server.close());
  return server;
}

/** What the server answers to bytes on a socket, until it closes it. */
async function answerTo(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (part: string) => (text += part));
  socket.write(bytes);
  await once(socket, "close");
  return text;
}

test("every refusal is JSON with its code, what happened and what to do, open to pages and kept by nobody", async (t) => {
  const { app } = stage(t);
  const cases = [
    [{ url: "/nowhere" }, 404, "control/not-found", /referee has nothing at GET \/nowhere/],
    [{ url: "/ball" }, 404, "control/not-found", /GET \/ball/],
    [{ url: "/%zz" }, 400, "control/bad-request", /%zz/],
    [{ url: "/busy" }, 429, "play/busy", /ball is busy/],
    [{ url: "/broken" }, 500, "control/failed", /net is torn/],
  ] as const;
  for (const [request, status, code, says] of cases) {
    const answer = await app.inject(request);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code]);
    assert.match(answer.json().error, says);
    assert.ok(answer.json().cure.length > 10);
    assert.match(String(answer.headers["content-type"]), /^application\/json/);
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    assert.equal(answer.headers["cache-control"], "no-store");
  }
});

test("an unknown path is told every door that there is", async (t) => {
  const { app } = stage(t);
  const { cure } = (await app.inject({ url: "/nowhere" })).json();
  assert.equal(
    cure,
    "Use GET /status, GET /metrics, POST /ball, GET /busy, GET /broken, GET /kept.",
  );
});

test("who comes too often is told when to come again, and a page may read it", async (t) => {
  const answer = await stage(t).app.inject({ url: "/busy" });
  assert.equal(answer.headers["retry-after"], "1");
  assert.match(String(answer.headers["access-control-expose-headers"]), /Retry-After/);
});

test("a role that knows better says itself when to come again", async (t) => {
  const { app } = stage(t);
  app.get("/queue", (_request, reply) => {
    reply.header("retry-after", "7");
    throw errors.make("busy");
  });
  assert.equal((await app.inject({ url: "/queue" })).headers["retry-after"], "7");
});

test("of a chain of forwarders the nearest that is not trusted is the client, whatever it says before it", async (t) => {
  const server = stage(t, { trustedForwarders: ["198.51.100.0/24", "2001:db8::/32"] });
  server.app.get("/ip", (request) => ({ ip: request.ip }));
  const from = async (chain: string, remoteAddress = "198.51.100.7"): Promise<string> => {
    const headers = { "x-forwarded-for": chain };
    return (await server.app.inject({ url: "/ip", headers, remoteAddress })).json().ip as string;
  };
  assert.equal(await from("127.0.1.50, 198.51.100.9"), "127.0.1.50");
  assert.equal(await from("127.0.9.9, 203.0.113.7, 198.51.100.9"), "203.0.113.7");
  assert.equal(await from("2a00:1::1, 198.51.100.9", "2001:db8::7"), "2a00:1::1");
  assert.equal(await from("127.0.1.50", "203.0.113.7"), "203.0.113.7");
});

test("a fault of ours is logged with its cause, a fault of theirs is not", async (t) => {
  const logged: unknown[] = [];
  const log = Object.create(silentLog, {
    error: { value: (facts: unknown) => logged.push(facts) },
  }) as typeof silentLog;
  const { app } = stage(t, { log });
  await app.inject({ url: "/busy" });
  await app.inject({ url: "/nowhere" });
  assert.equal(logged.length, 0);
  await app.inject({ url: "/broken" });
  assert.match(String((logged[0] as { err: Error }).err), /net is torn/);
});

test("a pre-flight to any path lasts a day and names the methods that pages may use", async (t) => {
  const ask = async (server: ControlServer) => {
    const { statusCode, headers } = await server.app.inject({ method: "OPTIONS", url: "/any" });
    assert.equal(statusCode, 204);
    assert.equal(headers["access-control-allow-origin"], "*");
    assert.equal(headers["access-control-max-age"], "86400");
    return headers["access-control-allow-methods"];
  };
  assert.equal(await ask(stage(t)), "GET, HEAD");
  assert.equal(await ask(stage(t, { methods: ["GET", "POST"] })), "GET, POST");
});

test("nothing is kept by caches unless its route says so", async (t) => {
  const { app } = stage(t);
  const rule = async (url: string) => (await app.inject({ url })).headers["cache-control"];
  assert.equal(await rule("/status"), "no-store");
  assert.equal(await rule("/metrics"), "no-store");
  assert.equal(await rule("/kept"), "max-age=60");
});

test("a body comes as text whatever it is called, and none as the empty text", async (t) => {
  const { app } = stage(t);
  for (const type of ["text/plain;charset=UTF-8", "application/cmcd", "application/json"]) {
    const headers = { "content-type": type };
    const answer = await app.inject({ method: "POST", url: "/ball", headers, payload: "{goal" });
    assert.equal(answer.json().heard, "{goal");
  }
  assert.equal((await app.inject({ method: "POST", url: "/ball" })).json().heard, "");
});

test("a body at the limit is read, a byte more is refused with 413", async (t) => {
  for (const [server, limit] of [
    [stage(t), BODY_LIMIT],
    [stage(t, { bodyLimit: 10 }), 10],
  ] as const) {
    const send = (length: number) =>
      server.app.inject({ method: "POST", url: "/ball", payload: "x".repeat(length) });
    assert.equal((await send(limit)).statusCode, 200);
    const refused = await send(limit + 1);
    assert.deepEqual([refused.statusCode, refused.json().code], [413, "control/too-large"]);
  }
});

test("only a trusted forwarder may say where a client is", async (t) => {
  const from = async (trustedForwarders: string[]) => {
    const server = stage(t, { trustedForwarders });
    server.app.get("/ip", (request) => ({ ip: request.ip }));
    const headers = { "x-forwarded-for": "127.0.1.50" };
    const answer = await server.app.inject({ url: "/ip", headers, remoteAddress: "198.51.100.7" });
    return answer.json().ip as string;
  };
  assert.equal(await from([]), "198.51.100.7");
  assert.equal(await from(["198.51.100.0/24"]), "127.0.1.50");
});

test("metrics are OpenMetrics", async (t) => {
  const answer = await stage(t).app.inject({ url: "/metrics" });
  assert.match(String(answer.headers["content-type"]), /^application\/openmetrics-text/);
  assert.match(answer.body, /regista_referee_whistles_total 3\n# EOF\n$/);
});

test("what is not HTTP is answered 400, a head too large 431, and the server lives on", async (t) => {
  const server = stage(t);
  const url = await server.listen({ port: 0 });
  const broken = await answerTo(url, "NONSENSE\r\n\r\n");
  assert.match(broken, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(broken, /"code":"control\/bad-request"/);
  const large = await answerTo(url, `GET / HTTP/1.1\r\nx: ${"x".repeat(16_384)}`);
  assert.match(large, /^HTTP\/1\.1 431 /);
  assert.match(large, /"code":"control\/head-too-large"/);
  assert.equal((await fetch(`${url}/status`)).status, 200);
});

test("a request that does not arrive is answered 408, a socket that is gone not at all", async () => {
  const answered = async (code: string): Promise<string> => {
    const socket = new PassThrough();
    const text = socket.toArray().then((parts) => parts.join(""));
    refuseBrokenHttp(Object.assign(new Error(code), { code }), { role: "referee", socket });
    return text.catch(() => "");
  };
  assert.match(await answered("ERR_HTTP_REQUEST_TIMEOUT"), /^HTTP\/1\.1 408 [^]*control\/too-slow/);
  assert.equal(await answered("ECONNRESET"), "");
});

test("a port that is taken is refused with which one, and nothing is left open", async (t) => {
  const port = Number(new URL(await stage(t).listen({ port: 0 })).port);
  const second = stage(t);
  await assert.rejects(second.listen({ port }), (failure) => {
    assert.ok(failure instanceof RegistaError);
    assert.equal(failure.code, "control/cannot-listen");
    assert.ok(failure.message.includes(`The referee cannot listen on 127.0.0.1:${port}`));
    return true;
  });
  await Promise.all([second.close(), second.close()]);
});

test("closing ends what is open, once and for all", async (t) => {
  const server = stage(t);
  const url = await server.listen({ port: 0 });
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  await once(socket, "connect");
  const closed = once(socket, "close");
  await Promise.all([server.close(), server.close(), closed]);
  await assert.rejects(fetch(`${url}/status`));
});

test("ten thousand strange requests are answered or refused with a code", async (t) => {
  const { app } = stage(t);
  const request = fc.record({
    method: fc.constantFrom("GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH"),
    url: fc
      .tuple(fc.constantFrom("/status", "/metrics", "/ball", "/x"), fc.string())
      .map(([path, tail]) => `${path}${tail}`.replaceAll(/[^!-~]/g, "%")),
    type: fc.constantFrom("application/json", "text/plain", "multipart/form-data", ";", "x/y; z"),
    payload: fc.oneof(fc.string(), fc.json(), fc.constant("x".repeat(2 * BODY_LIMIT))),
  });
  for (const { method, url, type, payload } of fc.sample(request, { seed: 3, numRuns: 10_000 })) {
    const bare = method === "GET" || method === "HEAD" || method === "OPTIONS";
    const body = bare ? {} : { payload, headers: { "content-type": type } };
    const answer = await app.inject({ method: method as "GET", url, ...body });
    assert.ok(answer.statusCode < 500, `${method} ${url} ${answer.body}`);
    if (answer.statusCode >= 400 && method !== "HEAD")
      assert.match(answer.json().code, /^control\//);
  }
});
