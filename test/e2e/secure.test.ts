import assert from "node:assert/strict";
import { type ClientHttp2Session, connect } from "node:http2";
import { test } from "node:test";
import { edgeOf, kept, upstream } from "../../src/cdn/edge/stage.ts";
import { certificateFiles } from "../../src/http/fixtures/certificate.ts";

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

for (const workers of [1, 2])
  test(`an edge with a certificate keeps objects for viewers of HTTP/2 (threads: ${workers})`, async (t) => {
    const files = certificateFiles(t);
    const { certFile, keyFile } = files;
    let asked = 0;
    const origin = await upstream(t, (_request, reply) => {
      asked++;
      reply.send(200, [kept], "a part");
    });
    const edge = await edgeOf(t, origin, { tls: { certFile, keyFile }, workers });
    assert.match(edge.url, /^https:/);
    const client = connect(edge.url, { ca: files.cert });
    t.after(() => client.destroy());
    const [first, second] = [await fetched(client, "/a/b"), await fetched(client, "/a/b")];
    assert.deepEqual([first.body, second.body, asked], ["a part", "a part", 1]);
    assert.match(second.status, /hit/);
    const { tls: shown, server } = JSON.parse((await fetched(client, "/status")).body) as {
      tls: { daysLeft: number; state: string };
      server: { tlsConnections: number; http2Connections: number };
    };
    assert.deepEqual([shown.daysLeft, shown.state], [89, "valid"]);
    assert.deepEqual([server.tlsConnections, server.http2Connections], [1, 1]);
  });
