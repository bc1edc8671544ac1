import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, after, test, type TestContext } from "node:test";
import { createServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { HttpClient } from "./index.ts";

interface Authority {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

const folder = mkdtempSync(join(tmpdir(), "regista-tls-"));
after(() => rmSync(folder, { recursive: true }));

function openssl(...args: string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stderr);
}

/** An authority of our own, and a certificate of it for localhost alone. */
function authority(): Authority {
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const made = ["-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=our own", "-days", "2"];
  openssl("req", "-x509", ...ec, ...made);
  openssl("req", ...ec, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=localhost");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost\n");
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  openssl("x509", "-req", "-in", "leaf.csr", ...signed, "-out", "leaf.crt", "-days", "2");
  const read = (name: string): string => readFileSync(join(folder, name), "latin1");
  return { ca: read("ca.crt"), key: read("leaf.key"), cert: read("leaf.crt") };
}

let ours: Authority;
before(() => {
  ours = authority();
});

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
  server.listen(0, "127.0.0.1");
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
  setDefaultCACertificates([...known, ours.ca]);
  t.after(() => setDefaultCACertificates(known));
  const client = clientOf(t);
  for (let times = 0; times < 2; times++) {
    const answer = await client.fetch({ method: "GET", url: `https://localhost:${port}/o` });
    assert.equal(Buffer.from(answer.body).toString(), "ok");
  }
  assert.deepEqual(chosen, ["http/1.1"]);
  // The certificate names localhost, not the address.
  const byAddress = client.fetch({ method: "GET", url: `https://127.0.0.1:${port}/o` });
  await assert.rejects(byAddress, { code: "http/unreachable", message: /certificate/ });
});

test("a certificate of an authority that nobody named is no connection", async (t) => {
  const { port } = await secure(t);
  const asked = clientOf(t).fetch({ method: "GET", url: `https://localhost:${port}/o` });
  await assert.rejects(asked, { code: "http/unreachable", message: /certificate/ });
});
