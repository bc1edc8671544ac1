// A phone and its push service, for tests: an https server that checks who sends and reads what a phone would.
import { createECDH, createPublicKey, type ECDH, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:https";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { systemClock } from "#base/clock";

interface Ece {
  decrypt(
    body: Buffer,
    options: { version: "aes128gcm"; privateKey: ECDH; authSecret: string },
  ): Buffer;
}
// http_ece comes with web-push, and has no types.
const ece = createRequire(createRequire(import.meta.url).resolve("web-push"))("http_ece") as Ece;

/** A notification as the phone reads it. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly notification: Record<string, unknown>;
  /** The verified claims of the sender's token. */
  readonly claims: Record<string, unknown>;
  /** UTC ms. */
  readonly at: number;
}

export interface PushService {
  readonly origin: string;
  readonly received: readonly Received[];
  /** A new phone: what `PushSubscription.toJSON()` gives. */
  subscribe(): { endpoint: string; expirationTime: null; keys: { p256dh: string; auth: string } };
  /** How the next requests are answered, in turn; then 201. */
  answers: { status: number; retryAfter?: string }[];
  /** Resolves once so many notifications have been taken. */
  count(n: number): Promise<readonly Received[]>;
}

interface Phone {
  readonly pair: ECDH;
  readonly auth: string;
}

/** Starts a push service with `identity`, that ends with the test; `publicKey` is who may send. */
export async function pushService(
  t: TestContext,
  identity: { cert: string; key: string },
  publicKey: () => string,
): Promise<PushService> {
  const phones = new Map<string, Phone>();
  const received: Received[] = [];
  let wake = (): void => undefined;
  const service: PushService = {
    origin: "",
    received,
    answers: [],
    subscribe() {
      const pair = createECDH("prime256v1");
      const p256dh = pair.generateKeys("base64url");
      const auth = randomBytes(16).toString("base64url");
      const path = `/send/${phones.size}`;
      phones.set(path, { pair, auth });
      const endpoint = `${service.origin}${path}`;
      return { endpoint, expirationTime: null, keys: { p256dh, auth } };
    },
    async count(n) {
      while (received.length < n) await new Promise<void>((resolve) => (wake = resolve));
      return received;
    },
  };
  const server: Server = createServer(identity, (request, reply) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { status, retryAfter } = service.answers.shift() ?? { status: 201 };
      if (retryAfter !== undefined) reply.setHeader("retry-after", retryAfter);
      reply.writeHead(status).end();
      const { url: path = "", headers } = request;
      const phone = phones.get(path);
      if (status !== 201 || !phone) return;
      const claims = verified(headers.authorization ?? "", publicKey());
      received.push({
        path,
        headers,
        claims,
        notification: opened(Buffer.concat(parts), phone),
        at: systemClock.utc(),
      });
      wake();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(service, { origin });
}

function opened(body: Buffer, { pair, auth }: Phone): Record<string, unknown> {
  const text = ece.decrypt(body, { version: "aes128gcm", privateKey: pair, authSecret: auth });
  return JSON.parse(text.toString("utf8")) as Record<string, unknown>;
}

/** Reads `vapid t=…, k=…` and checks the signature by the key (RFC 8292 3); throws when it is another's. */
function verified(header: string, publicKey: string): Record<string, unknown> {
  const [, token = "", key] = /^vapid t=([^,]+), k=(.+)$/.exec(header) ?? [];
  if (key !== publicKey) throw new Error("another sender");
  const [head = "", claims = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const good = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!good) throw new Error("the signature is not the sender's");
  return JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
}
