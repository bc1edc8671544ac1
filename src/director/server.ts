// The director's doors on HTTP. Thin: each route reads the request, asks the director, writes the answer.
import type { Socket } from "node:net";
import { RegistaError, sentenceOf } from "#base";
import type { Log } from "#base/log";
import { heartbeatSchema, parseJson } from "#protocol";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Director } from "./director.ts";
import { directorErrors } from "./errors.ts";
import { explain } from "./explain.ts";
import { BODY_LIMIT, CONNECTIONS_LIMIT, NAME_LENGTH_LIMIT, REQUEST_TIMEOUT_MS } from "./limits.ts";
import { parseAddress } from "./prefixes.ts";
import { pathwayField, steeringContentType, steeringProtocols } from "./steering.ts";

/** What the doors need beside the director itself. */
export interface ServerParts {
  readonly director: Director;
  /** Where players find the director, without a slash at the end; asked at each session, since a port may be learned late. */
  readonly base: () => string;
  /** Prefixes of forwarders whose X-Forwarded-For is believed; none: the socket's own address counts. */
  readonly trustedForwarders: readonly string[];
  readonly status: () => object;
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  readonly log: Log;
}

/** An unstarted server; the caller listens and closes. */
export function directorServer(parts: ServerParts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    trustProxy: parts.trustedForwarders.length > 0 ? [...parts.trustedForwarders] : false,
    clientErrorHandler: refuseBrokenHttp,
    frameworkErrors: (failure, _request, reply: unknown) => {
      refuse(reply as FastifyReply, described(failure));
    },
  });
  app.server.maxConnections = CONNECTIONS_LIMIT;
  addManners(app, parts.log);
  addPlayerDoors(app, parts);
  addOperatorDoors(app, parts);
  return app;
}

/** CORS for every page, nothing cached, JSON read by our own reader, every refusal with its code. */
function addManners(app: FastifyInstance, log: Log): void {
  app.addHook("onRequest", (request, reply, next) => {
    reply.headers({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "Retry-After",
      "timing-allow-origin": "*",
      "cache-control": "no-store",
    });
    if (request.method !== "OPTIONS") return next();
    reply.headers({
      "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
      "access-control-allow-headers": "Content-Type",
      "access-control-max-age": "86400",
    });
    reply.code(204).send();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((request) => {
    throw directorErrors.make("not-found", { method: request.method, path: request.url });
  });
  app.setErrorHandler((failure, _request, reply) => {
    const error = failure instanceof RegistaError ? failure : described(failure);
    if (error.status >= 500) log.error({ err: failure, code: error.code }, sentenceOf(error));
    refuse(reply, error);
  });
}

function refuse(reply: FastifyReply, error: RegistaError): void {
  if (error.status === 429) reply.header("retry-after", "1");
  reply.code(error.status).type("application/json").send(JSON.stringify(error));
}

function described(failure: unknown): RegistaError {
  const status = failure instanceof Error && "statusCode" in failure ? failure.statusCode : 500;
  const problem = sentenceOf(failure);
  if (status === 413) return directorErrors.make("too-large", { limit: BODY_LIMIT }, failure);
  const broken = typeof status === "number" && status >= 400 && status < 500;
  return directorErrors.make(broken ? "bad-request" : "failed", { problem }, failure);
}

function refuseBrokenHttp(failure: Error & { code?: string }, socket: Socket): void {
  if (failure.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const body = JSON.stringify(directorErrors.make("bad-request", { problem: failure.message }));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}

function addPlayerDoors(app: FastifyInstance, { director, base }: ServerParts): void {
  app.get("/session", (request) =>
    director.session(field(request, "channel") ?? "", request.ip, base()),
  );
  for (const protocol of steeringProtocols) {
    app.get(`/steer/${protocol}`, (request, reply) => {
      const session = field(request, "session");
      const manifest = director.steer(protocol, {
        ip: request.ip,
        session: session !== undefined && sessionForm.test(session) ? session : null,
        pathway: field(request, pathwayField[protocol]),
      });
      return reply.type(steeringContentType[protocol]).send(JSON.stringify(manifest));
    });
  }
}

function addOperatorDoors(app: FastifyInstance, { director, status, metrics }: ServerParts): void {
  app.post("/heartbeat", (request, reply) => {
    const text = typeof request.body === "string" ? request.body : "";
    director.hear(parseJson("heartbeat", heartbeatSchema, text));
    return reply.code(204).send();
  });
  app.get("/state", () => director.state());
  app.get("/explain", (request) => {
    const text = field(request, "ip") ?? request.ip;
    const address = parseAddress(text);
    if (!address) throw directorErrors.make("bad-address", { address: text });
    return explain(
      address.text,
      director.decide(address.text, field(request, "session") ?? address.text),
    );
  });
  app.get("/status", () => status());
  app.get("/metrics", async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}

const sessionForm = new RegExp(`^[\\w-]{1,${NAME_LENGTH_LIMIT}}$`);

/** One field of the query; the first, when it is repeated. */
function field(request: FastifyRequest, name: string): string | undefined {
  const query = request.query as Record<string, string | string[] | undefined>;
  const value = query[name];
  return Array.isArray(value) ? value[0] : value;
}
