import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { edgeOf, kept, upstream } from "./stage.ts";

/** An object over HTTP/2, and its fields. */
async function fetched(
  client: ClientHttp2Session,
  path: string,
): Promise<{ status: string; body: string }> {
  const stream = client.request({ ":path": path });
  let status = "";
  stream.on("response", (fields) => (status = String(fields["cache-status"])));
  let body = "";
  for await (const bytes of stream) body += String(bytes);
  return { status, body };
}

const openssl = (...words: readonly string[]): boolean => spawnSync("openssl", words).status === 0;

for (const workers of [1, 2])
  test(`an edge with a certificate keeps objects for viewers of HTTP/2, with ${workers} threads`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "regista-edge-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const tls = { certFile: join(folder, "crt"), keyFile: join(folder, "key") };
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
    const files = ["-keyout", tls.keyFile, "-out", tls.certFile];
    if (!openssl("req", "-x509", ...made, ...named, ...files))
      return t.skip("there is no openssl to make a certificate");
    let asked = 0;
    const origin = await upstream(t, (_request, reply) => {
      asked++;
      reply.send(200, [kept], "a part");
    });
    const edge = await edgeOf(t, origin, { tls, workers });
    assert.match(edge.url, /^https:/);
    const client = connect(edge.url, { ca: readFileSync(tls.certFile) });
    t.after(() => client.destroy());
    const [first, second] = [await fetched(client, "/a/b"), await fetched(client, "/a/b")];
    assert.deepEqual([first.body, second.body, asked], ["a part", "a part", 1]);
    assert.match(second.status, /hit/);
    const { tls: shown, server } = JSON.parse((await fetched(client, "/status")).body) as {
      tls: { daysLeft: number; state: string };
      server: { tlsConnections: number; http2Connections: number };
    };
    assert.deepEqual([shown.daysLeft, shown.state], [1, "expires soon"]);
    assert.deepEqual([server.tlsConnections, server.http2Connections], [1, 1]);
  });
