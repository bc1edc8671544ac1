import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { utcMs } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { selfSigned } from "./fixtures/certificate.ts";
import { HttpClient } from "./index.ts";

/** For localhost and 127.0.0.1, and its own authority. */
const ours = selfSigned("localhost", utcMs(systemClock.utc() + 86_400_000));

/** An HTTPS server that answers "ok" and notes what protocol each connection chose. */
async function secure(
  t: TestContext,
): Promise<{ port: number; chosen: (string | false | null)[] }> {
  const chosen: (string | false | null)[] = [];
  const server = createServer(
    { key: ours.key, cert: ours.cert, ALPNProtocols: ["h2", "http/1.1"] },
    (socket) => {
      chosen.push(socket.alpnProtocol);
      socket.on("error", () => undefined);
      socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    },
  );
  server.on("tlsClientError", () => undefined);
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  t.after(() => server.close());
  return { port: (server.address() as { port: number }).port, chosen };
}

function clientOf(t: TestContext): HttpClient {
  const client = new HttpClient({ clock: systemClock, log: silentLog });
  t.after(() => client.close());
  return client;
}

test("an https server is asked over TLS, its certificate is checked, and the connection is kept", async (t) => {
  const { port, chosen } = await secure(t);
  const known = getCACertificates("default");
  setDefaultCACertificates([...known, ours.cert]);
  t.after(() => setDefaultCACertificates(known));
  const client = clientOf(t);
  for (let times = 0; times < 2; times++) {
    const answer = await client.fetch({ method: "GET", url: `https://localhost:${port}/o` });
    assert.equal(Buffer.from(answer.body).toString(), "ok");
  }
  assert.deepEqual(chosen, ["http/1.1"]);
  // The certificate does not name this address.
  const byAddress = client.fetch({ method: "GET", url: `https://127.0.0.2:${port}/o` });
  await assert.rejects(byAddress, { code: "http/unreachable", message: /certificate/ });
});

test("a certificate of an authority that nobody named is no connection", async (t) => {
  const { port } = await secure(t);
  const asked = clientOf(t).fetch({ method: "GET", url: `https://localhost:${port}/o` });
  await assert.rejects(asked, { code: "http/unreachable", message: /certificate/ });
});
