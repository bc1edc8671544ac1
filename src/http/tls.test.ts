import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectPlain, type Socket } from "node:net";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { test, type TestContext } from "node:test";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { ms, utcMs } from "#base";
import { type ManualClock, manualClock, systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { type CertificateFiles, certificateFiles, selfSigned } from "./fixtures/certificate.ts";
import { Burst, type Handler, type HttpServer, serve } from "./index.ts";

const large = Buffer.alloc(300_000, "large ");
const answer: Handler = async (request, reply) => {
  if (request.path === "/large")
    return reply.put(
      new Burst({ status: 200, headers: [], length: large.length }, [large], true, false),
    );
  let text = `${request.method} ${request.path} `;
  for await (const bytes of request.body) text += Buffer.from(bytes).toString();
  reply.send(200, [], text);
};

interface Stage {
  readonly clock: ManualClock;
  readonly server: HttpServer;
  readonly files: CertificateFiles;
}

async function stage(t: TestContext): Promise<Stage> {
  const files = certificateFiles(t);
  const clock = manualClock(systemClock.utc());
  const server = await serve({ port: 0, handler: answer, tls: files }, { clock, log: silentLog });
  t.after(async () => {
    const closing = server.close();
    clock.advance(ms(10_000));
    await closing;
  });
  return { clock, server, files };
}

/** A handshake with the server; trusts the certificate that was written last. */
async function dial(
  t: TestContext,
  { server, files }: Stage,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({ port: server.port, host: "127.0.0.1", ca: files.cert, ...options });
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  await new Promise<void>((resolve) =>
    socket.once("secureConnect", resolve).once("close", resolve),
  );
  return socket;
}

/** What came until `complete` says so, or the end. */
async function read(socket: Socket, complete: (text: string) => boolean): Promise<string> {
  let text = "";
  for await (const bytes of socket) {
    text += String(bytes);
    if (complete(text)) break;
  }
  return text;
}

test("a server with a certificate speaks TLS 1.3 and HTTP/1.1, and counts it apart", async (t) => {
  const here = await stage(t);
  assert.match(here.server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const socket = await dial(t, here);
  assert.equal(socket.getProtocol(), "TLSv1.3");
  assert.equal(socket.getCipher().standardName, "TLS_AES_128_GCM_SHA256");
  socket.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  assert.match(await read(socket, (text) => text.endsWith("GET /a ")), /^HTTP\/1.1 200 OK\r\n/);
  assert.equal(here.server.counters.tlsConnections, 1);
  assert.equal(here.server.counters.http2Connections, 0);
  assert.deepEqual(here.server.tls?.handshakes, { pending: 0, done: 1, resumed: 0 });
  assert.equal(here.server.tls?.state, "valid");
});

test("RFC 7301 a client that offers both gets HTTP/2, one without ALPN HTTP/1.1, one with neither nothing", async (t) => {
  const here = await stage(t);
  const both = await dial(t, here, { ALPNProtocols: ["http/1.1", "h2"] });
  assert.equal(both.alpnProtocol, "h2");
  const old = await dial(t, here, { ALPNProtocols: ["http/1.1"] });
  assert.equal(old.alpnProtocol, "http/1.1");
  const other = await dial(t, here, { ALPNProtocols: ["spdy/3"] });
  assert.equal(other.authorized, false);
  await closedFor(here, "tls-failed");
});

/** Waits until a connection has ended for `reason`. */
async function closedFor({ server }: Stage, reason: string): Promise<void> {
  while (!server.counters.closed[reason]) await systemClock.sleep(ms(2));
}

test("node's own client of HTTP/2 is answered, with bodies both ways", async (t) => {
  const { server, files } = await stage(t);
  const client = connectHttp2(server.url, { ca: files.cert });
  t.after(() => client.destroy());
  const ask = async (headers: Record<string, string>, body?: string): Promise<string> => {
    const stream = client.request(headers, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    let text = "";
    for await (const bytes of stream) text += String(bytes);
    return text;
  };
  const upload = "x".repeat(700_000);
  const answers = await Promise.all([
    ask({ ":path": "/one?a=b" }),
    ask({ ":path": "/large" }),
    ask({ ":path": "/up", ":method": "POST" }, upload),
    ask({ ":path": "/tri cks" }),
  ]);
  assert.equal(answers[0], "GET /one ");
  assert.equal(answers[1], large.toString());
  assert.equal(answers[2], `POST /up ${upload}`);
  assert.match(answers[3], /http\/bad-target/);
  assert.equal(server.counters.http2Connections, 1);
});

for (const [version, flag] of [
  ["2", "--http2"],
  ["1.1", "--http1.1"],
] as const)
  test(`curl is answered in HTTP/${version}`, async (t) => {
    const { server, files } = await stage(t);
    const output = ["-o", "/dev/null", "-w", "%{http_version} %{http_code} %{size_download}\\n"];
    const curl = spawn("curl", [
      "-s",
      flag,
      "--cacert",
      files.certFile,
      ...output,
      `${server.url}/large`,
    ]);
    const text = await read(curl.stdout as unknown as Socket, () => false);
    assert.equal(text, `${version} 200 ${large.length}\n`);
  });

test("TLS 1.2 is refused, and counted", async (t) => {
  const here = await stage(t);
  const socket = await dial(t, here, { maxVersion: "TLSv1.2" });
  assert.equal(socket.authorized, false);
  await closedFor(here, "tls-failed");
  assert.equal(here.server.counters.connections, 0);
});

test("a handshake that does not come to its end is cut in time", async (t) => {
  const here = await stage(t);
  const silent = connectPlain(here.server.port, "127.0.0.1");
  silent.on("error", () => undefined);
  while (here.server.tls?.handshakes.pending !== 1) await systemClock.sleep(ms(1));
  here.clock.advance(ms(4_500));
  assert.equal(here.server.tls.handshakes.pending, 1);
  here.clock.advance(ms(1_000));
  await once(silent, "close");
  assert.equal(here.server.counters.closed["tls-slow"], 1);
});

test("plain HTTP on the port of TLS ends at once", async (t) => {
  const here = await stage(t);
  const plain = connectPlain(here.server.port, "127.0.0.1");
  plain.on("error", () => undefined);
  plain.resume();
  plain.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await closedFor(here, "tls-failed");
});

test("a new certificate is taken over while connections stay, and their tickets stay good", async (t) => {
  const here = await stage(t);
  const kept = await dial(t, here);
  const tickets = once(kept, "session") as Promise<[Buffer]>;
  kept.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  kept.resume();
  const [session] = await tickets;
  const { key } = selfSigned("unused", utcMs(0));
  const old = { cert: here.files.cert, key };
  const resumed = await dial(t, here, { session, ca: old.cert });
  assert.equal(resumed.isSessionReused(), true);
  here.files.write("second");
  here.clock.advance(ms(2_000));
  assert.equal(here.server.tls?.reloads.taken, 1);
  const fresh = await dial(t, here);
  assert.equal(fresh.getPeerCertificate().subject.CN, "second");
  kept.write("GET /still HTTP/1.1\r\nHost: x\r\n\r\n");
  const [bytes] = (await once(kept, "data")) as [Buffer];
  assert.match(String(bytes), /GET \/still/);
  assert.equal(here.server.tls.handshakes.resumed, 1);
});

const spoiled: readonly (readonly [
  what: string,
  code: string,
  spoil: (files: CertificateFiles) => void,
])[] = [
  [
    "a key of another certificate",
    "http/tls-mismatch",
    ({ keyFile }) => writeFileSync(keyFile, selfSigned("other", utcMs(0)).key),
  ],
  [
    "no certificate at all",
    "http/tls-certificate",
    ({ certFile }) => writeFileSync(certFile, "half a file, just being written"),
  ],
  [
    "no key at all",
    "http/tls-key",
    ({ keyFile }) =>
      writeFileSync(keyFile, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
  ],
  [
    "a certificate that has expired",
    "http/tls-expired",
    (files) => files.write("late", utcMs(systemClock.utc() - 3_600_000)),
  ],
];
for (const [what, code, spoil] of spoiled)
  test(`new files that hold ${what} are refused with the cure, and the old ones stay`, async (t) => {
    const here = await stage(t);
    const first = here.files.cert;
    spoil(here.files);
    here.clock.advance(ms(2_000));
    assert.deepEqual(here.server.tls?.reloads, { taken: 0, refused: 1 });
    assert.match(here.server.tls.refusal as string, new RegExp(`\\(${code}\\)$`));
    here.clock.advance(ms(2_000));
    assert.equal(here.server.tls.reloads.refused, 1, "told once");
    const socket = await dial(t, here, { ca: first });
    assert.equal(socket.getPeerCertificate().subject.CN, "first");
    here.files.write("mended");
    here.clock.advance(ms(2_000));
    assert.equal(here.server.tls.refusal, null);
    assert.match(here.server.tls.names, /localhost/);
  });

test("files that are gone for a moment change nothing", async (t) => {
  const { server, files, clock } = await stage(t);
  rmSync(files.keyFile);
  clock.advance(ms(4_000));
  assert.deepEqual(server.tls?.reloads, { taken: 0, refused: 0 });
});

test("a server does not start without its files, and says what to do", async () => {
  const certFile = join(tmpdir(), "regista-no-such-file.crt");
  await assert.rejects(
    serve(
      { port: 0, handler: answer, tls: { certFile, keyFile: certFile } },
      { clock: systemClock, log: silentLog },
    ),
    /cannot be read/,
  );
});

test("a certificate that ends soon, or has ended, is told of", async (t) => {
  const here = await stage(t);
  here.files.write("short", utcMs(here.clock.utc() + 5_000));
  here.clock.advance(ms(2_000));
  assert.deepEqual([here.server.tls?.state, here.server.tls?.daysLeft], ["expires soon", 0]);
  here.clock.advance(ms(4_000));
  assert.deepEqual([here.server.tls?.state, here.server.tls?.daysLeft], ["expired", -1]);
});

test("a reader over TLS who takes nothing is cut by a reset", async (t) => {
  const here = await stage(t);
  const socket = await dial(t, here);
  socket.pause();
  socket.write("GET /large HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100));
  while (here.server.counters.requests === 0) await systemClock.sleep(ms(1));
  for (let round = 0; round < 40 && !here.server.counters.closed["write-stalled"]; round++) {
    await systemClock.sleep(ms(10));
    here.clock.advance(ms(4_000));
  }
  assert.equal(here.server.counters.closed["write-stalled"], 1);
  assert.equal(here.server.counters.tlsConnections, 0);
});
